package org.attestlab.probe.protocol

import android.util.Base64
import java.nio.ByteBuffer
import java.nio.charset.CharacterCodingException
import java.nio.charset.CodingErrorAction
import java.security.MessageDigest

/** SHA-256 of bytes. */
fun sha256(bytes: ByteArray): ByteArray = MessageDigest.getInstance("SHA-256").digest(bytes)

private const val HALF_BYTE = 4

/** Lower-case hexadecimal. */
fun hex(bytes: ByteArray): String {
    val digits = "0123456789abcdef"
    val low = digits.length - 1
    val text = StringBuilder(bytes.size * 2)
    for (byte in bytes) {
        text.append(digits[byte.toInt() shr HALF_BYTE and low]).append(digits[byte.toInt() and low])
    }
    return text.toString()
}

/** Text of UTF-8, or null where the bytes are none. */
fun utf8Text(bytes: ByteArray): String? =
    try {
        Charsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT)
            .decode(ByteBuffer.wrap(bytes))
            .toString()
    } catch (_: CharacterCodingException) {
        null
    }

/** Bytes as the protocol writes them in JSON: base64url without padding. */
object Base64Url {
    private const val FLAGS = Base64.URL_SAFE or Base64.NO_PADDING or Base64.NO_WRAP

    fun encode(bytes: ByteArray): String = Base64.encodeToString(bytes, FLAGS)

    /** Null where the text is not the one that [encode] makes: the platform's decoder is lenient. */
    fun decode(text: String): ByteArray? {
        val bytes =
            try {
                Base64.decode(text, FLAGS)
            } catch (_: IllegalArgumentException) {
                return null
            }
        return if (encode(bytes) == text) bytes else null
    }
}
