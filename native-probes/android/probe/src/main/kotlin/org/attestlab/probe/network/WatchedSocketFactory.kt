package org.attestlab.probe.network

import java.net.InetAddress
import java.net.Socket
import javax.net.ssl.SSLSocket
import javax.net.ssl.SSLSocketFactory

/**
 * How far a request has come. Once a handshake is over its bytes may be on their way, and that stays
 * so whatever becomes of a connection that is opened after that one.
 */
internal class SendProgress {
    @Volatile
    var phase = "connect"
        private set

    val hasBegun: Boolean get() = phase == APPLICATION

    fun connected() {
        if (!hasBegun) phase = "handshake"
    }

    fun handshakeCompleted() {
        phase = APPLICATION
    }

    private companion object {
        const val APPLICATION = "application"
    }
}

/**
 * Puts TLS over connections and tells when. It also has the host name checked in the handshake,
 * before the pins: by themselves some platforms check it only afterwards.
 */
internal class WatchedSocketFactory(
    private val factory: SSLSocketFactory,
    private val progress: SendProgress,
) : SSLSocketFactory() {
    override fun createSocket(
        connected: Socket,
        host: String,
        port: Int,
        autoClose: Boolean,
    ): Socket {
        progress.connected()
        val socket = factory.createSocket(connected, host, port, autoClose) as SSLSocket
        // Android's connect() already writes headers where it knows the body's length.
        socket.addHandshakeCompletedListener { progress.handshakeCompleted() }
        socket.sslParameters = socket.sslParameters.apply { endpointIdentificationAlgorithm = "HTTPS" }
        return socket
    }

    override fun getDefaultCipherSuites(): Array<String> = factory.defaultCipherSuites

    override fun getSupportedCipherSuites(): Array<String> = factory.supportedCipherSuites

    // HttpsURLConnection connects first and then asks for TLS over the connection; nobody else asks.
    override fun createSocket(
        host: String,
        port: Int,
    ): Socket = refuse()

    override fun createSocket(
        host: String,
        port: Int,
        localHost: InetAddress,
        localPort: Int,
    ): Socket = refuse()

    override fun createSocket(
        host: InetAddress,
        port: Int,
    ): Socket = refuse()

    override fun createSocket(
        address: InetAddress,
        port: Int,
        localAddress: InetAddress,
        localPort: Int,
    ): Socket = refuse()

    private fun refuse(): Nothing = throw UnsupportedOperationException("TLS is put over a connection that is there")
}
