package org.attestlab.probe.network

import org.attestlab.probe.keys.ClientIdentity
import org.attestlab.probe.keys.KeyAlgorithm
import org.attestlab.probe.keys.KeyLevel
import org.attestlab.probe.keys.KeyRequest
import org.attestlab.probe.model.ModelPhone
import org.attestlab.probe.model.NoNetwork
import org.attestlab.probe.model.ServerIdentity
import org.attestlab.probe.model.TestAuthority
import org.attestlab.probe.model.TestProbe
import org.attestlab.probe.model.TestServer
import org.attestlab.probe.protocol.ErrorCode
import org.attestlab.probe.protocol.ProbeFailure
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import java.net.ServerSocket
import java.security.PublicKey
import java.security.cert.CertificateException
import java.security.cert.X509Certificate
import javax.net.ssl.SSLContext

/** Real TLS on Conscrypt, against a server on the loopback. */
@RunWith(RobolectricTestRunner::class)
class HttpsSenderTest {
    private val authority = TestAuthority("server authority")
    private val clientAuthority = TestAuthority("client authority")
    private val keys = TestProbe().keys
    private val sender = HttpsSender(alsoPlatformTrust = false)
    private val protocols = listOf("TLSv1.2", "TLSv1.3")

    @Before
    fun setUp() = ModelPhone.install()

    private fun identity(
        by: TestAuthority = authority,
        host: String = "localhost",
        extra: List<X509Certificate> = emptyList(),
    ): ServerIdentity {
        val pair = TestAuthority.p256()
        return ServerIdentity(pair.private, listOf(by.issueServer(host, pair.public)) + extra)
    }

    private fun request(
        port: Int,
        pins: List<String>? = null,
        method: String = "POST",
        headers: List<Pair<String, String>> = listOf("content-type" to "text/plain"),
        body: String = "hello",
        host: String = "localhost",
        anchors: List<X509Certificate> = listOf(authority.certificate),
    ) = OutgoingRequest("https://$host:$port/a?x=%2F", method, headers, body.toByteArray(), anchors, pins)

    private fun pin(key: PublicKey) = PinCheck.pinOf(key)

    private fun ServerIdentity.pin() = pin(chain.first().publicKey)

    private fun failed(result: SendResult) = result as? SendResult.Failed ?: throw AssertionError("answered: $result")

    private fun answered(result: SendResult) =
        result as? SendResult.Answered ?: throw AssertionError(failed(result).run { "$phase: $error" })

    private fun client(
        vararg digests: String,
        by: TestAuthority = clientAuthority,
        level: KeyLevel = KeyLevel.TEE,
        algorithm: KeyAlgorithm = KeyAlgorithm.EC_P256,
    ): ClientIdentity {
        keys.generate(KeyRequest("tls", algorithm, digests.toList(), null), listOf(level))
        keys.install("tls", listOf(by.issue("phone-1", keys.find("tls").public), by.certificate))
        return keys.clientIdentity("tls")
    }

    @Test
    fun `speaks TLS by Conscrypt, as phones do`() {
        assertEquals("Conscrypt", SSLContext.getInstance("TLS").provider.name)
    }

    @Test
    fun `is answered over TLS 1_2 and 1_3, and sends what it was told to`() {
        for (protocol in protocols) {
            val server = TestServer(listOf(identity()), protocol)
            val result = server.use { answered(sender.send(request(it.port), null)) }
            assertEquals(200, result.status)
            assertEquals("ok", String(result.body))
            assertTrue(result.headers.contains(listOf("x-answer", "yes")))
            assertEquals(listOf(protocol), server.protocols)
            val sent = server.requests.single()
            assertTrue(sent, sent.startsWith("POST /a?x=%2F HTTP/1.1\r\n") && sent.endsWith("\r\n\r\nhello"))
            assertTrue(sent, "content-type: text/plain\r\n" in sent && "Connection: close\r\n" in sent && "gzip" !in sent)
        }
    }

    @Test
    fun `hands on answers that are no success, and such without a body`() {
        for ((line, body) in listOf("404 Not Found" to "gone", "302 Found\r\nlocation: https://localhost:1/" to "", "500 Sorry" to "")) {
            val server = TestServer(listOf(identity())) { "HTTP/1.1 $line\r\ncontent-length: ${body.length}\r\n\r\n$body" }
            val result = server.use { answered(sender.send(request(it.port, method = "GET", body = ""), null)) }
            assertEquals(line.substringBefore(' ').toInt(), result.status)
            assertEquals(body, String(result.body))
        }
    }

    @Test
    fun `trusts the anchors that it was given and no other`() {
        for (protocol in protocols) {
            val server = TestServer(listOf(identity(TestAuthority("a stranger"))), protocol)
            assertEquals("handshake", failed(server.use { sender.send(request(it.port), null) }).phase)
            assertEquals(emptyList<String>(), server.requests)
        }
    }

    @Test
    fun `holds to the host name, before it looks at pins`() {
        for (protocol in protocols) {
            val other = identity(host = "other.example")
            val server = TestServer(listOf(other), protocol)
            assertEquals("handshake", failed(server.use { sender.send(request(it.port, listOf(other.pin())), null) }).phase)
            assertEquals(emptyList<String>(), server.requests)
        }
    }

    @Test
    fun `passes a pin on the leaf and one on the authority`() {
        for (protocol in protocols) {
            val identity = identity()
            for (pin in listOf(identity.pin(), pin(authority.certificate.publicKey))) {
                val server = TestServer(listOf(identity), protocol)
                val unused = pin(TestAuthority.p256().public)
                assertEquals(200, answered(server.use { sender.send(request(it.port, listOf(unused, pin)), null) }).status)
            }
        }
    }

    @Test
    fun `sends no byte of a request where no pin matches`() {
        for (protocol in protocols) {
            val server = TestServer(listOf(identity()), protocol)
            val result = failed(server.use { sender.send(request(it.port, listOf(pin(TestAuthority.p256().public))), null) })
            assertEquals("pin", result.phase)
            assertTrue(result.error, "no certificate matches a pin" in result.error)
            assertEquals(emptyList<String>(), server.requests)
        }
    }

    @Test
    fun `takes no pin from a certificate that merely lies beside the path`() {
        val pinned = TestAuthority("pinned authority").certificate
        val server = TestServer(listOf(identity(extra = listOf(authority.certificate, pinned))))
        assertEquals("pin", failed(server.use { sender.send(request(it.port, listOf(pin(pinned.publicKey))), null) }).phase)
    }

    @Test
    fun `judges a connection that is opened again by itself`() {
        val honest = identity()
        // The first connection is dropped before an answer; on a second one sits somebody else, whom the anchors know.
        val server = TestServer(listOf(honest, identity())) { index -> if (index == 0) null else "HTTP/1.1 200 OK\r\n\r\n" }
        val result = server.use { sender.send(request(it.port, listOf(honest.pin()), method = "GET", body = ""), null) }
        // The honest one had the request already: that is how far it came.
        assertEquals("application", failed(result).phase)
        assertTrue(failed(result).error, "no certificate matches a pin" in failed(result).error)
        assertEquals("connections", 2, server.connections.get())
        assertEquals("requests, of which the first was for the honest one", 1, server.requests.size)
    }

    @Test
    fun `never sends a request with a body twice`() {
        val server = TestServer(listOf(identity())) { null }
        assertEquals("application", failed(server.use { sender.send(request(it.port), null) }).phase)
        assertEquals(1, server.connections.get())
    }

    @Test
    fun `authenticates with a key that has no encoded form, made for SHA-256 and NONE`() {
        for (protocol in protocols) {
            val client = client("SHA-256", "NONE")
            assertNull(client.key.encoded)
            ModelPhone.asked.clear()
            val server = TestServer(listOf(identity()), protocol, clientAuthority.certificate)
            assertEquals(200, answered(server.use { sender.send(request(it.port), client) }).status)
            assertEquals(listOf("CN=phone-1"), server.clientSubjects)
            assertEquals(listOf("NONEwithECDSA"), ModelPhone.asked)
        }
    }

    @Test
    fun `cannot authenticate with a key that was made for SHA-256 alone`() {
        for (protocol in protocols) {
            val client = client("SHA-256")
            val server = TestServer(listOf(identity()), protocol, clientAuthority.certificate)
            val result = failed(server.use { sender.send(request(it.port), client) })
            assertEquals("handshake", result.phase)
            assertTrue(result.error, "the client key refuses: Keystore operation failed" in result.error)
            assertEquals(emptyList<String>(), server.requests)
        }
    }

    @Test
    @Config(sdk = [35])
    fun `names the raw code of a key's refusal`() {
        val client = client("SHA-256")
        val server = TestServer(listOf(identity()), "TLSv1.3", clientAuthority.certificate)
        assertTrue(failed(server.use { sender.send(request(it.port), client) }).error.endsWith("(-13)"))
    }

    @Test
    fun `authenticates with a software key`() {
        val server = TestServer(listOf(identity()), clientAuthority = clientAuthority.certificate)
        val client = client("SHA-256", "NONE", level = KeyLevel.SOFTWARE)
        assertEquals(200, answered(server.use { sender.send(request(it.port), client) }).status)
    }

    @Test
    fun `is refused without a certificate, and with one of another authority`() {
        for ((protocol, phase) in listOf("TLSv1.2" to "handshake", "TLSv1.3" to "application")) {
            for (client in listOf(null, client("SHA-256", "NONE", by = TestAuthority("a stranger")))) {
                val server = TestServer(listOf(identity()), protocol, clientAuthority.certificate)
                assertEquals(phase, failed(server.use { sender.send(request(it.port), client) }).phase)
                assertEquals(emptyList<String>(), server.requests)
            }
        }
    }

    @Test
    fun `says how far it came where nobody is there`() {
        val port = ServerSocket(0).use { it.localPort }
        assertEquals("connect", failed(sender.send(request(port), null)).phase)
        assertEquals("resolve", failed(sender.send(request(443, host = "no-such-name.invalid"), null)).phase)
    }

    @Test
    fun `fails where the app may use no network`() =
        NoNetwork.during {
            val sent = sender.send(request(1), null) as SendResult.Failed
            assertEquals("resolve", sent.phase)
            assertTrue(sent.error, "INTERNET" in sent.error)
        }

    @Test
    fun `fails where an answer is too large or none`() {
        val answers = listOf("HTTP/1.1 200 OK\r\n\r\n" + "a".repeat(600_000), "hello\r\n\r\n")
        for (text in answers) {
            val server = TestServer(listOf(identity())) { text }
            assertEquals("application", failed(server.use { sender.send(request(it.port), null) }).phase)
        }
    }

    @Test
    fun `refuses what HttpsURLConnection cannot send`() {
        val unsupported = listOf(request(1, method = "BREW"), request(1, method = "GET", body = "hello"))
        for (request in unsupported) {
            assertEquals(ErrorCode.UNSUPPORTED, assertThrows(ProbeFailure::class.java) { sender.send(request, null) }.code)
        }
        val broken = request(1, headers = listOf("a" to "b\r\nc: d"))
        assertEquals(ErrorCode.INVALID_ARGS, assertThrows(ProbeFailure::class.java) { sender.send(broken, null) }.code)
    }

    @Test
    fun `sends a header of its own once, as it was told to`() {
        val server = TestServer(listOf(identity()))
        server.use { answered(sender.send(request(it.port, headers = listOf("accept-encoding" to "br")), null)) }
        assertEquals(1, Regex("(?i)accept-encoding").findAll(server.requests.single()).count())
        assertTrue("br" in server.requests.single())
    }

    @Test
    fun `asks the platform too where the build says so`() {
        val strict = HttpsSender(alsoPlatformTrust = true)
        val server = TestServer(listOf(identity()))
        assertEquals("handshake", failed(server.use { strict.send(request(it.port), null) }).phase)
        assertEquals(emptyList<String>(), server.requests)
    }

    @Test
    fun `refuses to judge without a connection, and to judge clients`() {
        val trust = ServerTrust(listOf(authority.certificate), null, alsoPlatform = false)
        val chain = arrayOf(identity().chain.first())
        assertThrows(CertificateException::class.java) { trust.checkServerTrusted(chain, "ECDHE_ECDSA") }
        assertThrows(CertificateException::class.java) { trust.checkClientTrusted(chain, "ECDSA") }
        assertEquals(listOf(authority.certificate), trust.acceptedIssuers.toList())
    }

    @Test
    fun `offers its certificate for keys of its own kind alone`() {
        val manager = ClientKeyManager(client("SHA-256"))
        assertNotNull(manager.chooseClientAlias(arrayOf("RSA", "EC"), null, null))
        assertNotNull(manager.chooseEngineClientAlias(null, null, null))
        assertNull(manager.chooseClientAlias(arrayOf("RSA"), null, null))
        assertNull(manager.getClientAliases("RSA", null))
        assertNotNull(manager.getClientAliases("EC", null))
        assertNull(manager.chooseServerAlias("EC", null, null))
        assertNull(manager.getServerAliases("EC", null))
    }

    @Test
    fun `puts TLS over connections that are there, and opens none`() {
        val factory = WatchedSocketFactory(SSLContext.getDefault().socketFactory, SendProgress())
        assertThrows(UnsupportedOperationException::class.java) { factory.createSocket("localhost", 1) }
        assertTrue(factory.supportedCipherSuites.toList().containsAll(factory.defaultCipherSuites.toList()))
    }
}
