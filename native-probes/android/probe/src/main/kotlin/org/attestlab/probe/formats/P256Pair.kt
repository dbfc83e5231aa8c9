package org.attestlab.probe.formats

import java.math.BigInteger

/** An ECDSA signature on P-256 as RFC 9421, 3.3.4 writes it: r and s of 32 bytes each. */
object P256Pair {
    private const val SEQUENCE = 0x30
    private const val INTEGER = 0x02
    private const val NUMBER_BYTES = 32
    private const val HEAD = 2

    /** Reads DER as Keystore writes it; two such numbers never need a length of more than one byte. */
    fun ofDer(der: ByteArray): ByteArray {
        require(der.size > HEAD && der[0].toInt() == SEQUENCE && der[1].toInt() == der.size - HEAD) { WHY }
        val (r, rest) = number(der, HEAD)
        val (s, end) = number(der, rest)
        require(end == der.size) { WHY }
        return r + s
    }

    private fun number(
        der: ByteArray,
        at: Int,
    ): Pair<ByteArray, Int> {
        val from = at + HEAD
        require(from < der.size && der[at].toInt() == INTEGER) { WHY }
        val end = from + der[at + 1]
        require(end in from + 1..der.size) { WHY }
        val value = BigInteger(der.copyOfRange(from, end))
        require(value.signum() > 0 && value.bitLength() <= NUMBER_BYTES * Byte.SIZE_BITS) { WHY }
        // Without the sign's byte of DER, and with the zeros that DER leaves out.
        val bytes = value.toByteArray().takeLast(NUMBER_BYTES).toByteArray()
        return ByteArray(NUMBER_BYTES - bytes.size) + bytes to end
    }

    private const val WHY = "the keystore wrote no ECDSA signature on P-256"
}
