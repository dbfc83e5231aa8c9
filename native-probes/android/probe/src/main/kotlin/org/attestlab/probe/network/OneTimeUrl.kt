package org.attestlab.probe.network

import org.attestlab.probe.protocol.Limits
import org.attestlab.probe.protocol.utf8Text
import java.io.IOException
import java.net.HttpURLConnection
import java.net.URL

/** Fetches requests that are too long for a deep link. */
internal object OneTimeUrl {
    private const val TIMEOUT_MS = 10_000

    /** The text under a URL; null where it cannot be had. */
    fun fetch(url: String): String? =
        try {
            val connection = URL(url).openConnection() as HttpURLConnection
            try {
                read(connection)
            } finally {
                connection.disconnect()
            }
        } catch (_: IOException) {
            null
        }

    private fun read(connection: HttpURLConnection): String? {
        connection.instanceFollowRedirects = false
        connection.useCaches = false
        connection.connectTimeout = TIMEOUT_MS
        connection.readTimeout = TIMEOUT_MS
        if (connection.responseCode != HttpURLConnection.HTTP_OK) return null
        return connection.inputStream.use { utf8Text(readAtMost(it, Limits.REQUEST_BYTES)) }
    }
}
