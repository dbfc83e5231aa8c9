package org.attestlab.probe.formats

import org.attestlab.probe.protocol.Base64Url
import org.attestlab.probe.protocol.sha256

/** A request as profile S signs it. */
class ProfileS(
    private val request: RequestToSign,
) {
    /** What is signed: ten lines, each ended by LF. */
    fun signedText(keyId: String): String =
        listOf(
            "attestlab-s1",
            request.method,
            request.authority,
            request.target,
            keyId,
            request.epoch,
            request.counter,
            request.timestampMs.toString(),
            request.contentType,
            Base64Url.encode(sha256(request.body)),
        ).joinToString("") { "$it\n" }

    /** The five headers, with the signature that [sign] makes: ES256 in DER. */
    fun headers(
        keyId: String,
        sign: (ByteArray) -> ByteArray,
    ): List<List<String>> =
        listOf(
            listOf("attestlab-key-id", keyId),
            listOf("attestlab-epoch", request.epoch),
            listOf("attestlab-counter", request.counter),
            listOf("attestlab-timestamp", request.timestampMs.toString()),
            listOf("attestlab-signature", Base64Url.encode(sign(signedText(keyId).toByteArray()))),
        )
}

/** A key's id: base64url of SHA-256 of its SubjectPublicKeyInfo. */
fun keyId(spki: ByteArray): String = Base64Url.encode(sha256(spki))
