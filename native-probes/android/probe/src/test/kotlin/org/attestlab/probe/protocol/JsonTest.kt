package org.attestlab.probe.protocol

import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

@RunWith(RobolectricTestRunner::class)
class JsonTest {
    @Test
    fun `reads every kind of value`() {
        val text = """{"a":"é\u0041","b":1,"c":1.0,"d":1.5,"e":true,"f":null,"g":[1,[]],"h":{"i":12345678901234567890}}"""
        val expected =
            mapOf(
                "a" to "éA",
                "b" to 1L,
                "c" to 1L,
                "d" to 1.5,
                "e" to true,
                "f" to null,
                "g" to listOf(1L, emptyList<Any>()),
                "h" to mapOf("i" to 1.2345678901234567E19),
            )
        assertEquals(expected, Json.parseObject(text))
    }

    @Test
    fun `refuses what is no JSON object`() {
        val refused =
            listOf("", "[]", "1", "\"a\"", "null", "{", "{}{}", "{} x", "{a:1}", "{'a':1}", "{\"a\":}", "{\"a\":1,}", "{\"a\":nul}")
        for (text in refused) assertNull(text, Json.parseObject(text))
    }

    @Test
    fun `refuses depth that no request has`() {
        fun lists(depth: Int) = Json.parseObject("{\"a\":" + "[".repeat(depth - 1) + "]".repeat(depth - 1) + "}")

        fun objects(depth: Int) = Json.parseObject("{\"a\":".repeat(depth) + "1" + "}".repeat(depth))
        assertNotNull(lists(16))
        assertNotNull(objects(16))
        for (depth in listOf(17, 100_000)) {
            assertNull(lists(depth))
            assertNull(objects(depth))
        }
    }

    @Test
    fun `writes what it reads back`() {
        val value = linkedMapOf("a" to listOf(1L, "x\"\n", null, true), "b" to mapOf("c" to 1.5))
        assertEquals(value, Json.parseObject(Json.write(value)))
        assertThrows(IllegalArgumentException::class.java) { Json.write(mapOf("a" to Any())) }
    }
}
