package org.attestlab.probe.formats

import org.attestlab.probe.protocol.Base64Url

/** A PKCS#10 request (RFC 2986) for a key on P-256, in plain DER: Android has no class for it. */
object CertificationRequest {
    private val COMMON_NAME = Der.oid("2.5.4.3")
    private val CHALLENGE_PASSWORD = Der.oid("1.2.840.113549.1.9.7")
    private val ECDSA_WITH_SHA256 = Der.oid("1.2.840.10045.4.3.2")

    /** The request; [sign] is ES256 in DER by the key itself. */
    fun build(
        commonName: String,
        spki: ByteArray,
        nonce: ByteArray,
        sign: (ByteArray) -> ByteArray,
    ): ByteArray {
        val info = info(commonName, spki, nonce)
        return Der.sequence(info, Der.sequence(ECDSA_WITH_SHA256), Der.bitString(sign(info)))
    }

    private fun info(
        commonName: String,
        spki: ByteArray,
        nonce: ByteArray,
    ): ByteArray {
        val name = Der.sequence(Der.set(Der.sequence(COMMON_NAME, Der.utf8(commonName))))
        // The nonce makes the proof of possession fresh.
        val challenge = Der.sequence(CHALLENGE_PASSWORD, Der.set(Der.utf8(Base64Url.encode(nonce))))
        return Der.sequence(Der.zero(), name, spki, Der.context(0, challenge))
    }
}
