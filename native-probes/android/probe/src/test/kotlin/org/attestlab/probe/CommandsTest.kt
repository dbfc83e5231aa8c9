package org.attestlab.probe

import org.attestlab.probe.model.ModelPhone
import org.attestlab.probe.model.Platform
import org.attestlab.probe.model.ServerIdentity
import org.attestlab.probe.model.TestAuthority
import org.attestlab.probe.model.TestProbe
import org.attestlab.probe.model.TestServer
import org.attestlab.probe.protocol.Base64Url
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import java.security.InvalidKeyException
import java.security.KeyFactory
import java.security.ProviderException
import java.security.Signature
import java.security.spec.X509EncodedKeySpec

@RunWith(RobolectricTestRunner::class)
class CommandsTest {
    private lateinit var phone: TestProbe
    private val authority = TestAuthority("authority")
    private val sending =
        mapOf(
            "url" to "https://localhost:1/",
            "method" to "POST",
            "headers" to listOf(listOf("content-type", "text/plain")),
            "body" to "",
            "anchors" to listOf(Base64Url.encode(authority.certificate.encoded)),
        )
    private val signing =
        mapOf(
            "alias" to "sign",
            "method" to "POST",
            "authority" to "rp.example",
            "target" to "/",
            "contentType" to "text/plain",
            "body" to "aGk",
            "epoch" to "1",
            "counter" to "18446744073709551615",
        )

    @Before
    fun setUp() {
        ModelPhone.install()
        phone = TestProbe().claim()
    }

    private fun signature(
        algorithm: String,
        spki: Any?,
        message: ByteArray,
        signature: Any?,
    ): Boolean =
        Signature.getInstance(algorithm).run {
            val encoded = X509EncodedKeySpec(Base64Url.decode(spki as String))
            initVerify(KeyFactory.getInstance(algorithm.substringAfter("with").replace("ECDSA", "EC")).generatePublic(encoded))
            update(message)
            verify(Base64Url.decode(signature as String))
        }

    @Test
    fun `signs with SHA-256, on P-256 and with RSA`() {
        for ((algorithm, jca) in listOf("ec-p256" to "SHA256withECDSA", "rsa-2048" to "SHA256withRSA")) {
            for (ladder in listOf(listOf("tee"), listOf("software"))) {
                val key = phone.generate("sign", ladder, algorithm = algorithm)
                val signed = phone.result("key.sign", mapOf("alias" to "sign", "data" to "aGk"))
                assertTrue(signature(jca, key["spki"], "hi".toByteArray(), signed["signature"]))
            }
        }
    }

    @Test
    @Config(sdk = [28, 35])
    fun `reports level, attempts and attestation of a key`() {
        val key = phone.generate("tls", listOf("strongbox", "tee"), challenge = ByteArray(32))
        assertEquals("strongbox", key["level"])
        assertEquals(2, (key["attestationChain"] as List<*>).size)
        assertEquals(mapOf("level" to "strongbox", "ok" to true), (key["attempts"] as List<*>).map { (it as Map<*, *>) - "ms" }.single())
        assertFalse(phone.generate("tls").containsKey("attestationChain"))
    }

    @Test
    fun `says of each attempt why no key came of it`() {
        ModelPhone.beforeGeneration = { throw Platform.strongBoxUnavailable() }
        val args =
            mapOf(
                "alias" to "a",
                "purpose" to "tls",
                "algorithm" to "ec-p256",
                "ladder" to listOf("tee"),
                "digests" to listOf("none"),
            )
        val answer = phone.call("key.generate", args)
        assertEquals("key_generation_failed", phone.code(answer))
        assertEquals(1, ((answer["error"] as Map<*, *>)["attempts"] as List<*>).size)
    }

    @Test
    fun `signs certification requests with keys on P-256 alone`() {
        phone.generate("tls")
        val args = mapOf("alias" to "tls", "commonName" to "phone-1", "nonce" to Base64Url.encode(ByteArray(32)))
        assertTrue((phone.result("key.csr", args)["csr"] as String).length > 200)
        phone.generate("tls", algorithm = "rsa-2048")
        assertEquals("unsupported", phone.refusal("key.csr", args))
        assertEquals("invalid_args", phone.refusal("key.csr", args + ("nonce" to "AA")))
        assertEquals("invalid_args", phone.refusal("key.csr", args + ("commonName" to "")))
        assertEquals("key_not_found", phone.refusal("key.csr", args + ("alias" to "other")))
    }

    @Test
    fun `exports software keys and no others`() {
        val args = mapOf("alias" to "tls")
        phone.generate("tls")
        assertEquals("key_not_exportable", phone.refusal("key.export", args))
        phone.generate("tls", listOf("software"))
        assertTrue((phone.result("key.export", args)["privateKey"] as String).isNotEmpty())
        assertEquals("key_not_found", phone.refusal("key.export", mapOf("alias" to "lost")))
    }

    @Test
    fun `deletes keys, one or all`() {
        phone.generate("a")
        phone.generate("b", listOf("software"))
        assertEquals(true, phone.result("key.delete", mapOf("alias" to "a"))["deleted"])
        assertEquals(false, phone.result("key.delete", mapOf("alias" to "a"))["deleted"])
        phone.generate("a")
        assertEquals(listOf("a", "b"), phone.result("reset")["deletedAliases"])
        assertEquals(emptyList<String>(), phone.result("reset")["deletedAliases"])
        assertEquals(emptySet<String>(), ModelPhone.entries.keys)
    }

    @Test
    fun `tells what the keystore says of a key that it refuses to use`() {
        phone.generate("sign", listOf("tee"))
        val refusals =
            listOf<() -> Exception>(
                { InvalidKeyException("Keystore operation failed", Platform.keyStoreException(-26, "not yet valid")) },
                { ProviderException("binder died") },
                { IllegalStateException("locked") },
            )
        for (refusal in refusals) {
            ModelPhone.beforeUse = { throw refusal() }
            val answer = phone.call("key.sign", mapOf("alias" to "sign", "data" to ""))
            assertEquals("key_use_failed", phone.code(answer))
            assertEquals(refusal().javaClass.simpleName, (answer["error"] as Map<*, *>)["exception"])
        }
    }

    @Test
    fun `signs requests with profile S, by its own clock or the host's`() {
        phone.generate("sign", listOf("tee"))
        val own = phone.result("request.sign", signing)["headers"] as List<*>
        assertTrue(own.contains(listOf("attestlab-timestamp", TestProbe.NOW_MS.toString())))
        val given = phone.result("request.sign", signing + ("timestampMs" to 5))["headers"] as List<*>
        assertTrue(given.contains(listOf("attestlab-timestamp", "5")))
        assertEquals("key_not_found", phone.refusal("request.sign", signing + ("alias" to "lost")))
        phone.result("request.sign", signing + ("contentType" to ""))
        assertEquals(given.map { (it as List<*>)[0] }, names(signing + ("profile" to "s")))
    }

    @Test
    fun `signs requests with profile R, where the key is on P-256`() {
        phone.generate("sign", listOf("tee"))
        assertEquals(listOf("content-digest", "signature-input", "signature"), names(signing + ("profile" to "r")))
        val rsa =
            mapOf(
                "alias" to "rsa",
                "purpose" to "sign",
                "algorithm" to "rsa-2048",
                "ladder" to listOf("tee"),
                "digests" to listOf("sha256"),
            )
        phone.result("key.generate", rsa)
        assertEquals("unsupported", phone.refusal("request.sign", signing + mapOf("profile" to "r", "alias" to "rsa")))
        phone.result("request.sign", signing + ("alias" to "rsa"))
    }

    private fun names(args: Map<String, Any?>) = (phone.result("request.sign", args)["headers"] as List<*>).map { (it as List<*>)[0] }

    @Test
    fun `refuses arguments that do not fit`() {
        val generating =
            mapOf(
                "alias" to "a",
                "purpose" to "tls",
                "algorithm" to "ec-p256",
                "ladder" to listOf("tee"),
                "digests" to listOf("none"),
            )
        val changes =
            listOf(
                "facts" to mapOf("more" to 1),
                "reset" to mapOf("more" to 1),
                "key.sign" to mapOf("alias" to "a b", "data" to ""),
                "key.sign" to mapOf("alias" to "a", "data" to "A"),
                "key.sign" to mapOf("alias" to "a", "data" to "AB"),
                "key.sign" to mapOf("alias" to "a", "data" to "A A="),
                "key.sign" to mapOf("alias" to "a", "data" to 1),
                "key.sign" to mapOf("alias" to "a"),
                "key.sign" to mapOf("alias" to null, "data" to ""),
                "key.generate" to generating + ("purpose" to "love"),
                "key.generate" to generating + ("algorithm" to "ec-p384"),
                "key.generate" to generating + ("ladder" to emptyList<String>()),
                "key.generate" to generating + ("ladder" to listOf("moon")),
                "key.generate" to generating + ("ladder" to listOf(1)),
                "key.generate" to generating + ("ladder" to "tee"),
                "key.generate" to generating + ("digests" to listOf("md5")),
                "key.generate" to generating + ("challenge" to Base64Url.encode(ByteArray(129))),
                "request.sign" to signing + ("epoch" to "01"),
                "request.sign" to signing + ("counter" to "18446744073709551616"),
                "request.sign" to signing + ("target" to "/a\nb"),
                "request.sign" to signing + ("authority" to ""),
                "request.sign" to signing + ("method" to "A B"),
                "request.sign" to signing + ("timestampMs" to -1),
                "request.sign" to signing + ("timestampMs" to 1.5),
                "request.sign" to signing + ("profile" to "t"),
                "request.sign" to signing + ("profile" to null),
                "request.send" to sending + ("url" to "http://a.example/"),
                "request.send" to sending + ("headers" to listOf(listOf("a"))),
                "request.send" to sending + ("headers" to listOf(listOf("", "b"))),
                "request.send" to sending + ("headers" to "a"),
                "request.send" to sending + ("anchors" to listOf("")),
                "request.send" to sending + ("anchors" to listOf("AAAA")),
                "request.send" to sending + ("anchors" to List(9) { "AAAA" }),
                "request.send" to sending + ("pins" to listOf("sha1/AAAA")),
                "request.send" to sending + ("clientAlias" to ""),
                "appattest.attest" to mapOf("keyId" to "AA"),
                "playintegrity.request" to mapOf("kind" to "classic", "requestHash" to "AA"),
                "playintegrity.request" to mapOf("kind" to "classic", "nonce" to "a".repeat(1025)),
            )
        for ((command, args) in changes) assertEquals("$command $args", "invalid_args", phone.refusal(command, args))
    }

    @Test
    fun `has no Secure Enclave, and no App Attest`() {
        val args =
            mapOf(
                "alias" to "a",
                "purpose" to "tls",
                "algorithm" to "ec-p256",
                "ladder" to listOf("secure-enclave"),
                "digests" to listOf("none"),
            )
        assertEquals("unsupported", phone.refusal("key.generate", args))
        assertEquals("unsupported", phone.refusal("appattest.generate"))
    }

    @Test
    fun `installs a certificate and authenticates with it`() {
        val key = phone.generate("tls", listOf("tee"), listOf("none", "sha256"))
        val public = KeyFactory.getInstance("EC").generatePublic(X509EncodedKeySpec(Base64Url.decode(key["spki"] as String)))
        val chain = listOf(authority.issue("phone-1", public), authority.certificate)
        assertEquals("certificate_mismatch", phone.refusal("request.send", sending + ("clientAlias" to "tls")))
        phone.result("certificate.install", mapOf("alias" to "tls", "chain" to chain.map { Base64Url.encode(it.encoded) }))
        val pair = TestAuthority.p256()
        val server =
            TestServer(
                listOf(ServerIdentity(pair.private, listOf(authority.issueServer("localhost", pair.public)))),
                clientAuthority = authority.certificate,
            )
        val sent =
            server.use {
                phone.result(
                    "request.send",
                    sending + mapOf("url" to "https://localhost:${it.port}/", "clientAlias" to "tls"),
                )
            }
        assertEquals("answered", sent["outcome"])
        assertEquals(listOf("CN=phone-1"), server.clientSubjects)
        assertEquals("key_not_found", phone.refusal("request.send", sending + ("clientAlias" to "lost")))
    }

    @Test
    fun `tells how a request failed`() {
        val sent = phone.result("request.send", sending + ("url" to "https://no-such-name.invalid/"))
        assertEquals("failed", sent["outcome"])
        assertEquals("resolve", sent["phase"])
    }

    @Test
    fun `refuses to install what is no certificate of the key`() {
        phone.generate("tls")
        val args = mapOf("alias" to "tls", "chain" to listOf(Base64Url.encode(authority.certificate.encoded)))
        assertEquals("certificate_mismatch", phone.refusal("certificate.install", args))
        assertEquals("invalid_args", phone.refusal("certificate.install", args + ("chain" to listOf("AAAA"))))
        assertEquals("key_not_found", phone.refusal("certificate.install", args + ("alias" to "lost")))
    }

    @Test
    @Config(sdk = [35])
    fun `hands Play Integrity's answers on`() {
        assertEquals("unsupported", phone.refusal("playintegrity.request", mapOf("kind" to "classic", "nonce" to "AA")))
        val tokens =
            object : IntegrityTokens {
                override fun classic(nonce: String) = "token of $nonce"

                override fun standard(requestHash: String) = throw IntegrityRefusal("StandardIntegrityException", -18, "later")
            }
        val phone = TestProbe(tokens).also { it.secret = this.phone.secret }.claim()
        assertEquals("token of AA", phone.result("playintegrity.request", mapOf("kind" to "classic", "nonce" to "AA"))["token"])
        val answer = phone.call("playintegrity.request", mapOf("kind" to "standard", "requestHash" to "AA"))
        val error = answer["error"] as Map<*, *>
        assertEquals(
            listOf<Any?>(
                "play_integrity_failed",
                "StandardIntegrityException",
                -18L,
                true,
            ),
            listOf("code", "exception", "publicCode", "transient").map {
                error[it]
            },
        )
    }

    @Test
    fun `knows which refusals of Play Integrity pass`() {
        fun passes(
            exception: String,
            code: Int,
        ) = IntegrityRefusal(exception, code, "").isTransient
        assertTrue(listOf(-3, -8, -12, -19, -100).all { passes("StandardIntegrityException", it) })
        assertTrue(passes("IntegrityServiceException", -17))
        assertFalse(passes("StandardIntegrityException", -17))
        assertFalse(passes("IntegrityServiceException", -18))
        assertFalse(passes("IntegrityServiceException", -1))
    }
}
