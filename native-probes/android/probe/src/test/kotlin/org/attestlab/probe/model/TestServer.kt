package org.attestlab.probe.model

import java.io.IOException
import java.io.InputStream
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.security.KeyStore
import java.security.PrivateKey
import java.security.cert.X509Certificate
import java.util.Collections
import java.util.concurrent.CopyOnWriteArrayList
import javax.net.ssl.KeyManagerFactory
import javax.net.ssl.SSLContext
import javax.net.ssl.SSLSocket
import javax.net.ssl.TrustManagerFactory
import kotlin.concurrent.thread

/** What a server shows on a connection. */
internal class ServerIdentity(
    val key: PrivateKey,
    val chain: List<X509Certificate>,
)

/** A TLS server on the loopback, which counts what it gets. */
internal class TestServer(
    /** Who it is on its first connection, its second, and so on; the last from then on. */
    private val identities: List<ServerIdentity>,
    private val protocol: String = "TLSv1.3",
    /** Whose client certificates it demands; null where it asks for none. */
    private val clientAuthority: X509Certificate? = null,
    /** The answer on a connection, counted from 0; null closes it without one. */
    private val answer: (Int) -> String? = { "HTTP/1.1 200 OK\r\nx-answer: yes\r\ncontent-length: 2\r\n\r\nok" },
) : AutoCloseable {
    private val listener = ServerSocket(0, 8, InetAddress.getByName("127.0.0.1"))
    private val workers = CopyOnWriteArrayList<Thread>()

    val port: Int = listener.localPort

    /** Requests as they came, each decrypted byte included. */
    val requests: MutableList<String> = Collections.synchronizedList(ArrayList())
    val connections =
        java.util.concurrent.atomic
            .AtomicInteger()
    val clientSubjects: MutableList<String> = Collections.synchronizedList(ArrayList())
    val protocols: MutableList<String> = Collections.synchronizedList(ArrayList())

    private val acceptor =
        thread {
            while (true) {
                val socket =
                    try {
                        listener.accept()
                    } catch (_: IOException) {
                        break
                    }
                val index = connections.getAndIncrement()
                workers += thread { serve(socket, index) }
            }
        }

    /** Ends the server, and waits until it has seen all there is to see. */
    override fun close() {
        listener.close()
        acceptor.join()
        workers.forEach { it.join() }
    }

    private fun serve(
        plain: Socket,
        index: Int,
    ) {
        try {
            plain.use {
                plain.soTimeout = 5000
                val tls =
                    context(
                        identities[minOf(index, identities.size - 1)],
                    ).socketFactory.createSocket(plain, null, plain.port, true) as SSLSocket
                tls.useClientMode = false
                tls.enabledProtocols = arrayOf(protocol)
                tls.needClientAuth = clientAuthority != null
                tls.startHandshake()
                protocols += tls.session.protocol
                if (clientAuthority != null) {
                    clientSubjects += (tls.session.peerCertificates.first() as X509Certificate).subjectX500Principal.name
                }
                exchange(tls, index)
            }
        } catch (_: IOException) {
            // The client broke off: what it sent is counted already.
        }
    }

    private fun exchange(
        tls: SSLSocket,
        index: Int,
    ) {
        val request = readRequest(tls.inputStream)
        if (request.isNotEmpty()) requests += request
        val text = answer(index) ?: return
        tls.outputStream.write(text.toByteArray())
        tls.outputStream.flush()
        tls.close()
    }

    private fun readRequest(stream: InputStream): String {
        val text = StringBuilder()
        while (!text.endsWith("\r\n\r\n")) {
            val byte = stream.read()
            if (byte < 0) return text.toString()
            text.append(byte.toChar())
        }
        val length =
            Regex("(?i)content-length: (\\d+)")
                .find(text)
                ?.groupValues
                ?.get(1)
                ?.toInt() ?: 0
        repeat(length) { text.append(stream.read().toChar()) }
        return text.toString()
    }

    private fun context(identity: ServerIdentity): SSLContext {
        // JKS keeps chains as they are; PKCS12 refuses what is no path.
        val keys = KeyStore.getInstance("JKS").apply { load(null, null) }
        keys.setKeyEntry("server", identity.key, PASSWORD, identity.chain.toTypedArray())
        val keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm())
        keyManagers.init(keys, PASSWORD)
        val anchors = KeyStore.getInstance("PKCS12").apply { load(null, null) }
        clientAuthority?.let { anchors.setCertificateEntry("client authority", it) }
        val trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm())
        if (clientAuthority != null) trust.init(anchors)
        val context = SSLContext.getInstance("TLS")
        context.init(keyManagers.keyManagers, if (clientAuthority == null) null else trust.trustManagers, null)
        return context
    }

    private companion object {
        val PASSWORD = "server".toCharArray()
    }
}
