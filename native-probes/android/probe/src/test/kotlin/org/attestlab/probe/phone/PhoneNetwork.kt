package org.attestlab.probe.phone

import com.squareup.okhttp.ConnectionSpec
import com.squareup.okhttp.OkHttpClient
import com.squareup.okhttp.OkUrlFactory
import com.squareup.okhttp.Protocol
import java.io.IOException
import java.net.InetSocketAddress
import java.net.Proxy
import java.net.ProxySelector
import java.net.SocketAddress
import java.net.URI
import java.net.URL

/**
 * The phone's network as Android has it: HttpsURLConnection is OkHttp 2, from which the platform's own
 * is made and which is set up here as the platform does, and connections go by the proxy of the
 * phone's settings. What an Android phone does with a 401 to a streamed body, a plain JVM does not.
 */
internal class PhoneNetwork(
    private val line: PhoneLine,
) : ProxySelector() {
    fun install() {
        setDefault(this)
        val client =
            OkHttpClient()
                .setProtocols(listOf(Protocol.HTTP_1_1))
                .setConnectionSpecs(listOf(SECURE, ConnectionSpec.CLEARTEXT))
        URL.setURLStreamHandlerFactory(OkUrlFactory(client))
    }

    // Cleartext goes to the host's own port, which reaches the phone over its cable.
    override fun select(uri: URI): List<Proxy> {
        if (uri.scheme != "https") return listOf(Proxy.NO_PROXY)
        val route = line.ask("network/route")
        if (route["down"] == true) return listOf(NOBODY)
        val (host, port) = (route["proxy"] as? String)?.split(':') ?: return listOf(Proxy.NO_PROXY)
        return listOf(Proxy(Proxy.Type.HTTP, InetSocketAddress(host, port.toInt())))
    }

    override fun connectFailed(
        uri: URI,
        address: SocketAddress,
        failure: IOException,
    ) = Unit

    private companion object {
        /** As `HttpsHandler` of the platform has it. */
        val SECURE: ConnectionSpec =
            ConnectionSpec
                .Builder(ConnectionSpec.MODERN_TLS)
                .allEnabledCipherSuites()
                .allEnabledTlsVersions()
                .supportsTlsExtensions(true)
                .build()

        /** Where nobody listens: a phone without network reaches nobody. */
        val NOBODY = Proxy(Proxy.Type.HTTP, InetSocketAddress("127.0.0.1", 1))
    }
}
