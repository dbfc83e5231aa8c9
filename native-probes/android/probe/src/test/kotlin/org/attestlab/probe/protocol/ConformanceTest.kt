package org.attestlab.probe.protocol

import org.attestlab.probe.formats.CertificationRequest
import org.attestlab.probe.formats.EnrolmentBinding
import org.attestlab.probe.formats.P256Pair
import org.attestlab.probe.formats.ProfileR
import org.attestlab.probe.formats.ProfileS
import org.attestlab.probe.formats.RequestToSign
import org.attestlab.probe.formats.keyId
import org.attestlab.probe.model.ModelPhone
import org.attestlab.probe.model.TestProbe
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.io.File
import java.security.KeyFactory
import java.security.Signature
import java.security.spec.X509EncodedKeySpec

/** Every vector and example that the protocol's folder has. */
@RunWith(RobolectricTestRunner::class)
class ConformanceTest {
    private val folder = File(checkNotNull(System.getProperty("protocol.folder")))
    private val vectors = read("vectors.json")
    private val schema = Schema(read("schema.json"))
    private val key = vectors.map("keyId")
    private val publicKey = KeyFactory.getInstance("EC").generatePublic(X509EncodedKeySpec(unhex(key.text("spkiHex"))))

    @Before
    fun setUp() = ModelPhone.install()

    private fun read(name: String) = checkNotNull(Json.parseObject(File(folder, name).readText())) { name }

    private fun Map<*, *>.text(name: String) = this[name] as String

    private fun Map<*, *>.map(name: String) = this[name] as Map<*, *>

    private fun Map<*, *>.maps(name: String) = (this[name] as List<*>).map { it as Map<*, *> }

    private fun unhex(text: String) = text.chunked(2).map { it.toInt(16).toByte() }.toByteArray()

    private fun verifies(
        message: ByteArray,
        signature: ByteArray,
    ): Boolean =
        Signature.getInstance("SHA256withECDSA").run {
            initVerify(publicKey)
            update(message)
            runCatching { verify(signature) }.getOrDefault(false)
        }

    @Test
    fun `vectors are all known here`() {
        assertEquals(setOf("about", "keyId", "csr", "binding", "profileS", "profileR", "deepLinks", "paging", "refusals"), vectors.keys)
    }

    @Test
    fun `files are those that were published, to the byte`() {
        val sums = File(folder, "SHA256SUMS").readLines().map { it.split("  ") }
        assertTrue(sums.size > MIN_EXAMPLES)
        for ((digest, name) in sums) assertEquals(name, digest, hex(sha256(File(folder, name).readBytes())))
    }

    @Test
    fun `key id`() {
        assertEquals(key.text("keyId"), keyId(unhex(key.text("spkiHex"))))
    }

    @Test
    fun `certification request, to the byte`() {
        val vector = vectors.map("csr")
        val expected = unhex(vector.text("csrHex"))
        val built =
            CertificationRequest.build(vector.text("commonName"), unhex(vector.text("spkiHex")), unhex(vector.text("nonceHex"))) { info ->
                // The signature ends the request: whichever of the last bytes verifies over what was built.
                (MIN_SIGNATURE..MAX_SIGNATURE).map { expected.takeLast(it).toByteArray() }.single { verifies(info, it) }
            }
        assertEquals(hex(expected), hex(built))
    }

    @Test
    fun bindings() {
        for (vector in vectors.maps("binding")) {
            val csr = vector["csrHex"]?.let { unhex(it as String) }
            val bound = EnrolmentBinding.of(vector.text("rpId"), vector.text("purpose"), unhex(vector.text("nonceHex")), csr)
            assertEquals(vector.text("name"), vector.text("hHex"), hex(bound))
            assertEquals(vector.text("name"), vector.text("hBase64url"), Base64Url.encode(bound))
        }
        assertThrows(IllegalArgumentException::class.java) { EnrolmentBinding.of("a", "tls", ByteArray(31)) }
        assertThrows(IllegalArgumentException::class.java) { EnrolmentBinding.of("a".repeat(65_536), "tls", ByteArray(32)) }
    }

    @Test
    fun `profile S`() {
        for (vector in vectors.maps("profileS")) {
            val request = ProfileS(requestOf(vector))
            val signed = ArrayList<String>()
            val signature = checkNotNull(Base64Url.decode(vector.text("signature")))
            val headers =
                request.headers(vector.text("keyId")) { message ->
                    signed += String(message)
                    signature
                }
            assertEquals(vector.text("name"), listOf(vector.text("string")), signed)
            assertEquals(vector.text("name"), vector["valid"], verifies(vector.text("string").toByteArray(), signature))
            assertEquals(
                listOf(
                    listOf("attestlab-key-id", vector.text("keyId")),
                    listOf("attestlab-epoch", vector.text("epoch")),
                    listOf("attestlab-counter", vector.text("counter")),
                    listOf("attestlab-timestamp", vector.text("timestampMs")),
                    listOf("attestlab-signature", vector.text("signature")),
                ),
                headers,
            )
        }
    }

    @Test
    fun `profile R`() {
        for (vector in vectors.maps("profileR")) {
            val name = vector.text("name")
            val signed = ArrayList<String>()
            val der = checkNotNull(Base64Url.decode(vector.text("der")))
            val headers =
                ProfileR(requestOf(vector)).headers(vector.text("keyId")) { message ->
                    signed += String(message)
                    der
                }
            assertEquals(name, listOf(vector.text("base")), signed)
            assertTrue(name, verifies(vector.text("base").toByteArray(), der))
            assertEquals(name, vector["valid"], vector["headers"] == headers)
        }
    }

    @Test
    fun `what is no signature on P-256 is not written as one`() {
        val pair = P256Pair.ofDer(unhex("3006020101020102"))
        assertEquals("00".repeat(31) + "01" + "00".repeat(31) + "02", hex(pair))
        val wrong =
            listOf(
                "",
                "30",
                "3006020101",
                "300602010102010200",
                "3009020101020102020103",
                "3106020101020102",
                "3006040101020102",
                "3006020101020100",
                "30060201ff020102",
                "30060205010102",
                "3005020002010101",
                "3026022101" + "00".repeat(32) + "020101",
            )
        for (der in wrong) assertThrows(der, IllegalArgumentException::class.java) { P256Pair.ofDer(unhex(der)) }
    }

    private fun requestOf(vector: Map<*, *>) =
        RequestToSign(
            method = vector.text("method"),
            authority = vector.text("authority"),
            target = vector.text("target"),
            epoch = vector.text("epoch"),
            counter = vector.text("counter"),
            timestampMs = vector.text("timestampMs").toLong(),
            contentType = vector.text("contentType"),
            body = unhex(vector.text("bodyHex")),
        )

    @Test
    fun `deep links`() {
        for (vector in vectors.maps("deepLinks")) {
            when (val parsed = DeepLink.parse(vector.text("link"))) {
                null -> assertEquals("refused", vector["kind"])
                is DeepLink.Inline -> assertEquals(vector.text("json"), parsed.json)
                is DeepLink.Remote -> assertEquals(vector.text("url") to vector.text("id"), parsed.url to parsed.id)
            }
        }
    }

    @Test
    fun paging() {
        val vector = vectors.map("paging")
        val answer = vector.text("answerJson")
        val id = checkNotNull(Json.parseObject(answer)).text("id")
        val screen = Screen.done(id, answer)
        assertEquals(vector.text("state"), screen.state)
        assertEquals(vector["pages"], (0 until screen.pageCount).map { screen.page(it) })
        assertEquals("", screen.page(screen.pageCount))
    }

    @Test
    fun `requests and answers of all examples`() {
        val examples = checkNotNull(File(folder, "examples").listFiles()).associate { it.name to read("examples/${it.name}") }
        assertTrue(examples.size >= MIN_EXAMPLES)
        val secret = "A".repeat(43)
        for ((name, example) in examples) {
            val probe = TestProbe().apply { this.secret = secret }.claim()
            probe.generate("tls")
            val request = example.map("request")
            val parsed = Request.parse(Json.write(request.mapKeys { it.key as String }))
            assertEquals(name, request["id"], parsed.id)
            assertNull(name, schema.problem("${parsed.command} args", parsed.args))
            assertNull(name, schema.problem("answer", example.map("answer")))
            val answer = probe.call(parsed.command, parsed.args)
            val code = probe.code(answer)
            // The certificates of the examples are none, and the rest must be understood.
            if ("certificate" !in name && "request.send" !in name) assertTrue("$name: $answer", code !in NOT_UNDERSTOOD)
            assertNull(name, schema.problem("answer", answer))
            if (answer["ok"] == true) assertNull(name, schema.problem("${parsed.command} result", answer["result"]))
        }
    }

    @Test
    fun `the schema refuses what is against it`() {
        assertNotNull(schema.problem("key.sign args", mapOf("alias" to "a b", "data" to "")))
        assertNotNull(schema.problem("key.sign args", mapOf("alias" to "a")))
        assertNotNull(schema.problem("key.sign args", mapOf("alias" to "a", "data" to "", "more" to 1L)))
        assertNull(schema.problem("key.sign args", mapOf("alias" to "a", "data" to "")))
    }

    @Test
    fun `a changed byte of a vector shows`() {
        val spki = unhex(key.text("spkiHex"))
        assertNotEquals(key.text("keyId"), keyId(changed(spki)))
        val binding = vectors.maps("binding").first()
        val nonce = changed(unhex(binding.text("nonceHex")))
        assertNotEquals(binding.text("hHex"), hex(EnrolmentBinding.of(binding.text("rpId"), binding.text("purpose"), nonce)))
        val csr = vectors.map("csr")
        val infos = ArrayList<String>()
        for (one in listOf(unhex(csr.text("nonceHex")), changed(unhex(csr.text("nonceHex"))))) {
            CertificationRequest.build(csr.text("commonName"), spki, one) { info -> ByteArray(0).also { infos += hex(info) } }
        }
        assertEquals(listOf(true, false), infos.map { it in csr.text("csrHex") })
        val signed = vectors.maps("profileS").first()
        assertFalse(verifies(changed(signed.text("string").toByteArray()), checkNotNull(Base64Url.decode(signed.text("signature")))))
    }

    private fun changed(bytes: ByteArray) = bytes.clone().also { it[it.size - 1] = (it.last() + 1).toByte() }

    private companion object {
        const val MIN_SIGNATURE = 68
        const val MAX_SIGNATURE = 72
        const val MIN_EXAMPLES = 23
        val NOT_UNDERSTOOD = setOf("malformed_request", "version_unsupported", "unknown_command", "invalid_args", "internal")
    }
}
