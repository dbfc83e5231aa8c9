package org.attestlab.probe

import org.attestlab.probe.model.ModelPhone
import org.attestlab.probe.model.TestProbe
import org.attestlab.probe.protocol.Base64Url
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

@RunWith(RobolectricTestRunner::class)
class ProbeTest {
    private val versions = mapOf("minVersion" to 1, "maxVersion" to 1)

    @Before
    fun setUp() = ModelPhone.install()

    @Test
    fun `is idle at first, and obeys nobody but whoever says hello first`() {
        val phone = TestProbe()
        assertEquals(mapOf("v" to 1L, "state" to "idle"), phone.state())
        assertEquals("", phone.probe.pageText)
        assertEquals("secret_missing", phone.refusal("facts"))
        phone.claim()
        phone.result("facts")
        val owner = phone.secret
        phone.secret = TestProbe.bytes(32)
        assertEquals("secret_mismatch", phone.refusal("hello", versions))
        assertEquals("secret_mismatch", phone.refusal("reset"))
        phone.secret = owner
        phone.result("hello", versions)
    }

    @Test
    fun `agrees on version 1 and on no other`() {
        val phone = TestProbe().claim()
        assertEquals(1L, phone.result("hello", mapOf("minVersion" to 1, "maxVersion" to 9))["version"])
        assertEquals("version_unsupported", phone.refusal("hello", mapOf("minVersion" to 2, "maxVersion" to 9)))
        assertEquals("invalid_args", phone.refusal("hello", mapOf("minVersion" to 0, "maxVersion" to 9)))
    }

    @Test
    fun `answers what is no request under the id of zeros`() {
        val phone = TestProbe().claim()
        val broken =
            listOf(
                "[]",
                "{}",
                "{\"v\":1}",
                phone.request("facts") { it["more"] = 1 },
                phone.request("facts") { it["id"] = "short" },
                phone.request("facts") { it["id"] = 1 },
                phone.request("facts") { it["secret"] = "short" },
                phone.request("facts") { it["secret"] = null },
                phone.request("facts") { it["args"] = emptyList<Any>() },
                phone.request(""),
                phone.request("a".repeat(65)),
                phone.request("facts") { it["command"] = 1 },
            )
        for (json in broken) {
            phone.probe.open(phone.link(json))
            assertEquals(json, "malformed_request", phone.code(phone.answer()))
            assertEquals("A".repeat(22), phone.answer()["id"])
        }
        phone.probe.open(phone.link(phone.request("facts") { it["v"] = 2 }))
        assertEquals("version_unsupported", phone.code(phone.answer()))
    }

    @Test
    fun `ignores links that are none of this protocol`() {
        val phone = TestProbe().claim()
        val shown = phone.probe.stateText
        for (link in listOf("", "https://a.example", "attestlab-probe://v2?r=e30", "attestlab-probe://v1?r=e30=")) phone.probe.open(link)
        assertEquals(shown, phone.probe.stateText)
    }

    @Test
    fun `obeys a link that is delivered again only once, also in a later process`() {
        val phone = TestProbe().claim()
        val link = phone.link(phone.request("facts"))
        phone.probe.open(link)
        phone.work()
        phone.result("facts")
        val shown = phone.probe.stateText
        phone.probe.open(link)
        assertEquals(shown, phone.probe.stateText)
        val later = TestProbe()
        later.probe.open(link)
        assertEquals("idle", later.state()["state"])
    }

    @Test
    fun `remembers 64 requests`() {
        val phone = TestProbe().claim()
        val first = phone.link(phone.request("facts"))
        phone.probe.open(first)
        phone.work()
        repeat(63) { phone.result("facts") }
        val shown = phone.probe.stateText
        phone.probe.open(first)
        assertEquals(shown, phone.probe.stateText)
        phone.result("facts")
        phone.probe.open(first)
        assertEquals("busy", phone.state()["state"])
    }

    @Test
    fun `runs one command at a time, and drops the answer that its owner no longer waits for`() {
        val phone = TestProbe().claim()
        phone.probe.open(phone.link(phone.request("facts")))
        assertEquals("busy", phone.state()["state"])
        phone.probe.open(phone.link(phone.request("facts")))
        val busy = phone.answer()
        assertEquals("busy", phone.code(busy))
        phone.work()
        assertEquals(busy, phone.answer())
        phone.result("facts")
    }

    @Test
    fun `lets no stranger wipe a running command off the screen`() {
        val phone = TestProbe().claim()
        phone.probe.open(phone.link(phone.request("facts")))
        val shown = phone.probe.stateText
        phone.probe.open(phone.link("{}"))
        phone.secret = TestProbe.bytes(32)
        phone.probe.open(phone.link(phone.request("facts")))
        assertEquals(shown, phone.probe.stateText)
    }

    @Test
    fun `fetches what is too long for a link`() {
        val phone = TestProbe().claim()
        val id = TestProbe.bytes(16)
        val data = Base64Url.encode(ByteArray(100_000))
        phone.generate("sign", listOf("tee"))
        phone.fetch = { url ->
            assertEquals("https://a.example/1", url)
            phone.request("key.sign", mapOf("alias" to "sign", "data" to data), id)
        }
        phone.probe.open("attestlab-probe://v1?u=https%3A%2F%2Fa.example%2F1&i=$id")
        phone.work()
        assertEquals(true, phone.answer()["ok"])
        assertEquals(id, phone.answer()["id"])
    }

    @Test
    fun `says of a request that cannot be fetched, or has another id, which one it was`() {
        val phone = TestProbe().claim()
        val id = TestProbe.bytes(16)
        for ((json, code) in listOf(
            null to "request_unreachable",
            phone.request("facts") to "malformed_request",
            "{}" to "malformed_request",
        )) {
            phone.fetch = { json }
            phone.probe.open("attestlab-probe://v1?u=https%3A%2F%2Fa.example%2F1&i=$id")
            phone.work()
            assertEquals(code, phone.code(phone.answer()))
            assertEquals(id, phone.answer()["id"])
        }
    }

    @Test
    fun `says that a request cannot be fetched where the app may use no network`() {
        val phone = TestProbe(fetch = { throw SecurityException("missing INTERNET permission?") }).claim()
        phone.probe.open("attestlab-probe://v1?u=https%3A%2F%2Fa.example%2F1&i=${TestProbe.bytes(16)}")
        phone.work()
        assertEquals("request_unreachable", phone.code(phone.answer()))
    }

    @Test
    fun `knows no other command`() {
        assertEquals("unknown_command", TestProbe().claim().refusal("key.steal"))
    }

    @Test
    fun `tells of a failure of its own instead of crashing`() {
        val phone = TestProbe().claim()
        ModelPhone.beforeUse = { throw UnsupportedOperationException("a bug") }
        phone.generate("sign", listOf("tee"))
        val answer = phone.call("key.sign", mapOf("alias" to "sign", "data" to ""))
        assertEquals("internal", phone.code(answer))
        assertTrue(answer.toString().contains("UnsupportedOperationException: a bug"))
    }

    @Test
    fun `answers that an answer is too large`() {
        val json =
            org.attestlab.probe.protocol.Answer
                .ok("id", mapOf("a" to "a".repeat(1_048_576)), 1)
        assertTrue("answer_too_large" in json && json.length < 200)
    }

    @Test
    fun `tells whoever watches that the screen has changed`() {
        val phone = TestProbe()
        var changes = 0
        phone.probe.onChange = { changes++ }
        phone.claim()
        assertTrue(changes >= 2)
    }

    @Test
    fun `starts with the platform's own parts`() {
        val probe = Probe(org.robolectric.RuntimeEnvironment.getApplication())
        assertTrue("idle" in probe.stateText)
    }
}
