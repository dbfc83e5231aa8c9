package org.attestlab.probe.protocol

import java.io.ByteArrayOutputStream
import java.net.URI
import java.net.URISyntaxException

/** What a deep link says. */
sealed class DeepLink {
    /** The request itself. */
    class Inline(
        val json: String,
    ) : DeepLink()

    /** Where to fetch it, and the id that it must have. */
    class Remote(
        val url: String,
        val id: String,
    ) : DeepLink()

    companion object {
        private val INLINE = Regex("attestlab-probe://v1\\?r=([A-Za-z0-9_-]+)")
        private val REMOTE = Regex("attestlab-probe://v1\\?u=([^&=]+)&i=([A-Za-z0-9_-]{22})")
        private val LOOPBACK = setOf("127.0.0.1", "localhost", "[::1]")
        private const val HEX = 16
        private const val CODE_CHARS = 2

        /** Reads a link; null where it is none of this protocol. */
        fun parse(link: String): DeepLink? {
            if (link.toByteArray().size > Limits.DEEP_LINK_BYTES) return null
            INLINE.matchEntire(link)?.let { match ->
                return Base64Url.decode(match.groupValues[1])?.let { utf8Text(it) }?.let { Inline(it) }
            }
            val match = REMOTE.matchEntire(link) ?: return null
            val url = percentDecoded(match.groupValues[1])
            return if (url != null && isAllowed(url)) Remote(url, match.groupValues[2]) else null
        }

        /**
         * Any app can send a deep link, so nothing is fetched but what a host of this protocol
         * offers: HTTPS, or plain HTTP to the phone's own loopback, which the host forwards.
         */
        fun isAllowed(text: String): Boolean {
            val url =
                try {
                    URI(text)
                } catch (_: URISyntaxException) {
                    return false
                }
            if (url.host == null || url.rawUserInfo != null) return false
            return when (url.scheme) {
                "https" -> true
                "http" -> url.host in LOOPBACK
                else -> false
            }
        }

        // Neither Uri.decode() nor URLDecoder refuses what is no percent-encoding.
        private fun percentDecoded(text: String): String? {
            val bytes = ByteArrayOutputStream()
            var at = 0
            while (at < text.length) {
                if (text[at] == '%') {
                    val code = text.substring(at + 1).take(CODE_CHARS)
                    if (code.length != CODE_CHARS || !code.all { it.isHexDigit() }) return null
                    bytes.write(code.toInt(HEX))
                    at += 1 + CODE_CHARS
                } else {
                    bytes.write(text[at].toString().toByteArray())
                    at += 1
                }
            }
            return utf8Text(bytes.toByteArray())
        }

        private fun Char.isHexDigit() = this in '0'..'9' || this in 'a'..'f' || this in 'A'..'F'
    }
}
