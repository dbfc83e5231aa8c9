package org.attestlab.probe.protocol

import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config

@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35])
class DeepLinkTest {
    private val id = "A".repeat(22)

    private fun remote(url: String) = DeepLink.parse("attestlab-probe://v1?u=$url&i=$id")

    @Test
    fun `fetches from HTTPS and from the phone’s own loopback alone`() {
        for (url in listOf(
            "https%3A%2F%2Fa.example",
            "http%3A%2F%2Flocalhost%3A1%2Fa",
            "http%3A%2F%2F%5B%3A%3A1%5D%2F",
            "https%3A%2F%2Fa%2F%C3%A9",
        )) {
            assertNotNull(url, remote(url))
        }
        val refused =
            listOf(
                "http%3A%2F%2Fa.example",
                "http%3A%2F%2Flocalhost.a.example",
                "http%3A%2F%2Flocalhost%40a.example",
                "https%3A%2F%2Fme%3Apw%40a.example",
                "http%3A%2F%2F127.0.0.1%5C%40a.example",
                "file%3A%2F%2F%2Fetc%2Fhosts",
                "https%3A",
                "https%3A%2F%2F%",
                "https%3A%2F%2F%4",
                "https%3A%2F%2F%zz",
                "https%3A%2F%2Fa%2F%ff",
                "https%3A%2F%2Fa%2F%+1",
            )
        for (url in refused) assertNull(url, remote(url))
    }

    @Test
    fun `ignores links that are too long, in letters or in bytes`() {
        assertNotNull(DeepLink.parse("attestlab-probe://v1?r=" + "A".repeat(2024)))
        assertNull(DeepLink.parse("attestlab-probe://v1?r=" + "A".repeat(2028)))
        assertNull(remote("https%3A%2F%2Fa%2F" + "é".repeat(1000)))
    }

    @Test
    fun `ignores a request that is no UTF-8 and what is written after the end`() {
        assertNull(DeepLink.parse("attestlab-probe://v1?r=_w"))
        assertNull(DeepLink.parse("attestlab-probe://v1?r=e30\n"))
        assertEquals("{}", (DeepLink.parse("attestlab-probe://v1?r=e30") as DeepLink.Inline).json)
    }
}
