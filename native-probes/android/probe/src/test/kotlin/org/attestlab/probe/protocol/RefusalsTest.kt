package org.attestlab.probe.protocol

import org.attestlab.probe.model.ModelPhone
import org.attestlab.probe.model.TestProbe
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.io.File

/** Requests that every probe refuses, as the protocol's vectors have them. */
@RunWith(RobolectricTestRunner::class)
class RefusalsTest {
    private val folder = checkNotNull(System.getProperty("protocol.folder"))
    private val vectors = checkNotNull(Json.parseObject(File(folder, "vectors.json").readText()))["refusals"] as Map<*, *>
    private val requests = (vectors["requests"] as List<*>).map { it as Map<*, *> }.filter { it["platform"] != "ios" }

    @Before
    fun setUp() = ModelPhone.install()

    @Test
    fun `are all shown, with their code and under their id`() {
        val phone = TestProbe().apply { secret = vectors["secret"] as String }.claim()
        assertTrue(requests.size >= MIN_REFUSALS)
        for (vector in requests) {
            // An answer in between, or one that stays on the screen would pass for the next.
            phone.claim()
            phone.probe.open(phone.link(vector["json"] as String))
            phone.work()
            val answer = phone.answer()
            assertEquals(vector["name"] as String, vector["id"] to vector["code"], answer["id"] to phone.code(answer))
        }
        assertEquals(emptyList<String>(), phone.result("reset")["deletedAliases"])
    }

    private companion object {
        const val MIN_REFUSALS = 70
    }
}
