package org.attestlab.probe.formats

import org.attestlab.probe.protocol.Base64Url
import org.attestlab.probe.protocol.sha256

/** A request as profile S signs it. */
class ProfileS(
    val method: String,
    val authority: String,
    /** Path and query as sent. */
    val target: String,
    /** Epoch and counter are unsigned 64-bit decimals; nobody here counts with them. */
    val epoch: String,
    val counter: String,
    val timestampMs: Long,
    /** Empty where the request has none. */
    val contentType: String,
    val body: ByteArray,
) {
    init {
        val fields = listOf(method, authority, target, epoch, counter, contentType)
        require(fields.none { '\n' in it }) { "no field of a signed request may hold a line feed" }
    }

    /** What is signed: ten lines, each ended by LF. */
    fun signedText(keyId: String): String =
        listOf(
            "attestlab-s1",
            method,
            authority,
            target,
            keyId,
            epoch,
            counter,
            timestampMs.toString(),
            contentType,
            Base64Url.encode(sha256(body)),
        ).joinToString("") { "$it\n" }

    /** The five headers, with the signature that [sign] makes: ES256 in DER. */
    fun headers(
        keyId: String,
        sign: (ByteArray) -> ByteArray,
    ): List<List<String>> =
        listOf(
            listOf("attestlab-key-id", keyId),
            listOf("attestlab-epoch", epoch),
            listOf("attestlab-counter", counter),
            listOf("attestlab-timestamp", timestampMs.toString()),
            listOf("attestlab-signature", Base64Url.encode(sign(signedText(keyId).toByteArray()))),
        )
}

/** A key's id: base64url of SHA-256 of its SubjectPublicKeyInfo. */
fun keyId(spki: ByteArray): String = Base64Url.encode(sha256(spki))
