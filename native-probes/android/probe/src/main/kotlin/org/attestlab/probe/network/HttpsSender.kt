package org.attestlab.probe.network

import org.attestlab.probe.keys.ClientIdentity
import org.attestlab.probe.keys.KeystoreFailures
import org.attestlab.probe.protocol.ErrorCode
import org.attestlab.probe.protocol.Limits
import org.attestlab.probe.protocol.ProbeFailure
import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.InputStream
import java.net.ConnectException
import java.net.NoRouteToHostException
import java.net.ProtocolException
import java.net.URL
import java.net.UnknownHostException
import java.security.GeneralSecurityException
import java.security.PrivateKey
import java.security.ProviderException
import java.security.Signature
import java.security.cert.X509Certificate
import javax.net.ssl.HttpsURLConnection
import javax.net.ssl.SSLContext

/** One HTTPS request. */
class OutgoingRequest(
    val url: String,
    val method: String,
    val headers: List<Pair<String, String>>,
    val body: ByteArray,
    /** The only anchors that the server's chain may end in. */
    val anchors: List<X509Certificate>,
    /** `sha256/` and base64 of an SPKI's digest; null where nothing is pinned. */
    val pins: List<String>?,
)

/** What became of a request. */
sealed class SendResult {
    class Answered(
        val status: Int,
        val headers: List<List<String>>,
        val body: ByteArray,
    ) : SendResult()

    class Failed(
        val phase: String,
        val error: String,
    ) : SendResult()
}

/** Sends requests with HttpsURLConnection, each on a connection of its own. */
class HttpsSender(
    /** Has the platform judge the server too, by the app's network security configuration. */
    private val alsoPlatformTrust: Boolean,
) {
    fun send(
        request: OutgoingRequest,
        client: ClientIdentity?,
    ): SendResult {
        val progress = SendProgress()
        // A context of its own, so that no session is resumed: that would skip the trust manager.
        val connection = prepare(request, client, progress)
        return try {
            connection.connect()
            progress.handshakeCompleted()
            if (request.body.isNotEmpty()) connection.outputStream.use { it.write(request.body) }
            read(connection)
        } catch (failure: IOException) {
            SendResult.Failed(phaseOf(failure, progress), describe(failure, client?.key))
        } catch (failure: SecurityException) {
            // The phone's owner has taken the network away from the app: no name is looked up for it.
            SendResult.Failed("resolve", "SecurityException ${failure.message.orEmpty()}")
        } finally {
            connection.disconnect()
        }
    }

    private fun prepare(
        request: OutgoingRequest,
        client: ClientIdentity?,
        progress: SendProgress,
    ): HttpsURLConnection {
        val trust = ServerTrust(request.anchors, request.pins, alsoPlatformTrust)
        val context = SSLContext.getInstance("TLS")
        context.init(client?.let { arrayOf(ClientKeyManager(it)) }, arrayOf(trust), null)
        val connection = URL(request.url).openConnection() as HttpsURLConnection
        connection.sslSocketFactory = WatchedSocketFactory(context.socketFactory, progress)
        connection.connectTimeout = STEP_TIMEOUT_MS
        connection.readTimeout = STEP_TIMEOUT_MS
        connection.instanceFollowRedirects = false
        connection.useCaches = false
        setMethod(connection, request)
        // Set by hand, else Android asks for gzip and unpacks it: bodies are to be seen as they came.
        connection.setRequestProperty("Accept-Encoding", "identity")
        connection.setRequestProperty("Connection", "close")
        for ((name, value) in request.headers) addHeader(connection, name, value)
        return connection
    }

    private fun setMethod(
        connection: HttpsURLConnection,
        request: OutgoingRequest,
    ) {
        try {
            connection.requestMethod = request.method
        } catch (failure: ProtocolException) {
            throw ProbeFailure(ErrorCode.UNSUPPORTED, "HttpsURLConnection: ${failure.message}")
        }
        if (request.body.isEmpty()) return
        if (request.method in BODILESS) {
            throw ProbeFailure(ErrorCode.UNSUPPORTED, "HttpsURLConnection sends no ${request.method} with a body")
        }
        connection.doOutput = true
        // Streamed, so that it is never sent twice: what is signed with a counter counts once.
        connection.setFixedLengthStreamingMode(request.body.size)
    }

    private fun addHeader(
        connection: HttpsURLConnection,
        name: String,
        value: String,
    ) {
        try {
            // The first of a name replaces what was set above, or there would be two of it.
            if (name.lowercase(java.util.Locale.ROOT) in OWN_HEADERS) {
                connection.setRequestProperty(name, value)
            } else {
                connection.addRequestProperty(name, value)
            }
        } catch (failure: IllegalArgumentException) {
            throw ProbeFailure(ErrorCode.INVALID_ARGS, "request.send headers: ${failure.message}")
        }
    }

    private fun read(connection: HttpsURLConnection): SendResult {
        val status = connection.responseCode
        if (status < 0) throw IOException("the answer is no HTTP")
        val stream = if (status >= FIRST_ERROR) connection.errorStream else connection.inputStream
        val body = stream?.use { readAtMost(it, Limits.BODY_BYTES) } ?: ByteArray(0)
        return SendResult.Answered(status, headersOf(connection), body)
    }

    private fun headersOf(connection: HttpsURLConnection): List<List<String>> =
        generateSequence(0) { it + 1 }
            .takeWhile { connection.getHeaderField(it) != null }
            .mapNotNull { index -> connection.getHeaderFieldKey(index)?.let { listOf(it, connection.getHeaderField(index)) } }
            .filter { (name) -> !name.startsWith(PLATFORM_HEADER) }
            .toList()

    private fun phaseOf(
        failure: IOException,
        progress: SendProgress,
    ): String =
        when {
            progress.hasBegun -> progress.phase
            causes(failure).any { it is PinMismatch } -> "pin"
            failure is UnknownHostException -> "resolve"
            failure is ConnectException || failure is NoRouteToHostException -> "connect"
            else -> progress.phase
        }

    // Conscrypt tells a refused client signature as a broken read: the key is asked again for the reason.
    private fun describe(
        failure: IOException,
        clientKey: PrivateKey?,
    ): String {
        val said = causes(failure).joinToString(": ") { "${it.javaClass.simpleName} ${it.message.orEmpty()}".trim() }
        val refusal = clientKey?.let { refusalToAuthenticate(it) }
        return if (refusal == null) said else "$said; the client key refuses: $refusal"
    }

    private fun refusalToAuthenticate(key: PrivateKey): String? {
        if (key.algorithm != "EC") return null
        return try {
            // What Conscrypt asks of a key: it digests the transcript itself.
            Signature.getInstance("NONEwithECDSA").initSign(key)
            null
        } catch (failure: GeneralSecurityException) {
            KeystoreFailures.message(failure) +
                KeystoreFailures
                    .describe(failure)
                    .rawCode
                    ?.let { " ($it)" }
                    .orEmpty()
        } catch (failure: ProviderException) {
            KeystoreFailures.message(failure)
        }
    }

    private fun causes(failure: Throwable) = generateSequence(failure) { it.cause }.take(MAX_CAUSES)

    private companion object {
        const val STEP_TIMEOUT_MS = 10_000
        const val FIRST_ERROR = 400
        const val MAX_CAUSES = 8

        /** Headers that Android adds to an answer. */
        const val PLATFORM_HEADER = "X-Android-"
        val OWN_HEADERS = setOf("accept-encoding", "connection")
        val BODILESS = setOf("GET", "HEAD")
    }
}

/** Reads a stream to its end; one of more than [limit] bytes is a failure. */
internal fun readAtMost(
    stream: InputStream,
    limit: Int,
): ByteArray {
    val bytes = ByteArrayOutputStream()
    val buffer = ByteArray(BUFFER_BYTES)
    while (true) {
        val count = stream.read(buffer)
        if (count < 0) return bytes.toByteArray()
        bytes.write(buffer, 0, count)
        if (bytes.size() > limit) throw IOException("more than $limit bytes")
    }
}

private const val BUFFER_BYTES = 8192
