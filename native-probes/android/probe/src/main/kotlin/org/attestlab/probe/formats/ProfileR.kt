package org.attestlab.probe.formats

import android.util.Base64
import org.attestlab.probe.protocol.sha256

/** A request as profile R signs it: RFC 9421 over the digest of RFC 9530. */
class ProfileR(
    private val request: RequestToSign,
) {
    private val contentDigest = "sha-256=${byteSequence(sha256(request.body))}"

    /** What is signed, whole seconds of its time: the signature base, whose last line has no end. */
    fun signedText(keyId: String): String {
        val lines = components().map { (name, value) -> "\"$name\": $value" }
        return (lines + "\"@signature-params\": ${parameters(keyId)}").joinToString("\n")
    }

    /** The three headers, with the signature that [sign] makes: ES256 in DER, written here as r and s. */
    fun headers(
        keyId: String,
        sign: (ByteArray) -> ByteArray,
    ): List<List<String>> {
        val signature = P256Pair.ofDer(sign(signedText(keyId).toByteArray()))
        return listOf(
            listOf("content-digest", contentDigest),
            listOf("signature-input", "$LABEL=${parameters(keyId)}"),
            listOf("signature", "$LABEL=${byteSequence(signature)}"),
        )
    }

    private fun components(): List<Pair<String, String>> {
        // RFC 9421, 2.2.3: in lower case, without the port that https need not name.
        val host = request.authority.lowercase().removeSuffix(":443")
        val path = request.target.substringBefore('?').ifEmpty { "/" }
        val always =
            listOf(
                "@method" to request.method,
                "@authority" to host,
                "@path" to path,
                // RFC 9421, 2.2.7: the question mark is there also where no query is.
                "@query" to "?" + request.target.substringAfter('?', ""),
                "content-digest" to contentDigest,
            )
        val type = request.contentType
        return if (type.isEmpty()) always else always + ("content-type" to type.trim(' ', '\t'))
    }

    private fun parameters(keyId: String): String {
        val names = components().joinToString(" ") { (name, _) -> "\"$name\"" }
        val nonce = "${request.epoch}:${request.counter}"
        val created = request.timestampMs / MS_PER_SECOND
        return "($names);created=$created;keyid=\"$keyId\";alg=\"$ALGORITHM\";nonce=\"$nonce\";tag=\"$TAG\""
    }

    private companion object {
        const val LABEL = "sig1"
        const val ALGORITHM = "ecdsa-p256-sha256"
        const val TAG = "attestlab"
        const val MS_PER_SECOND = 1000

        /** RFC 9651, 3.3.5. */
        fun byteSequence(bytes: ByteArray) = ":${Base64.encodeToString(bytes, Base64.NO_WRAP)}:"
    }
}
