package org.attestlab.probe.model

import java.math.BigInteger
import java.time.Instant
import java.time.ZoneOffset
import java.time.format.DateTimeFormatter

/** DER for certificates that tests make; the probe's own writer knows no more than a CSR needs. */
internal object TestDer {
    fun tlv(
        tag: Int,
        vararg parts: ByteArray,
    ): ByteArray {
        val content = parts.fold(ByteArray(0)) { left, right -> left + right }
        val length =
            when {
                content.size < 128 -> byteArrayOf(content.size.toByte())
                content.size < 256 -> byteArrayOf(0x81.toByte(), content.size.toByte())
                else -> byteArrayOf(0x82.toByte(), (content.size shr 8).toByte(), content.size.toByte())
            }
        return byteArrayOf(tag.toByte()) + length + content
    }

    fun sequence(vararg parts: ByteArray) = tlv(0x30, *parts)

    fun set(vararg parts: ByteArray) = tlv(0x31, *parts)

    fun integer(value: Long) = tlv(0x02, BigInteger.valueOf(value).toByteArray())

    fun enumerated(value: Int) = tlv(0x0a, byteArrayOf(value.toByte()))

    fun octets(vararg parts: ByteArray) = tlv(0x04, *parts)

    fun bits(bytes: ByteArray) = tlv(0x03, byteArrayOf(0), bytes)

    fun utf8(text: String) = tlv(0x0c, text.toByteArray())

    fun yes() = tlv(0x01, byteArrayOf(-1))

    /** An object identifier by its content in hexadecimal. */
    fun oid(hex: String) = tlv(0x06, hex.chunked(2).map { it.toInt(16).toByte() }.toByteArray())

    fun time(at: Instant): ByteArray {
        val text = DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC).format(at)
        return tlv(0x18, text.toByteArray())
    }
}
