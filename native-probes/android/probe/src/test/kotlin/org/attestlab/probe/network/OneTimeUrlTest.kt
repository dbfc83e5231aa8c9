package org.attestlab.probe.network

import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import java.net.InetAddress
import java.net.ServerSocket
import kotlin.concurrent.thread

@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35])
class OneTimeUrlTest {
    /** What is fetched where one connection is answered so. */
    private fun fetched(answer: String): String? =
        ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")).use { listener ->
            val server =
                thread {
                    listener.accept().use { socket ->
                        val reader = socket.getInputStream().bufferedReader()
                        reader.lineSequence().first { it.isEmpty() }
                        socket.getOutputStream().write(answer.toByteArray(Charsets.ISO_8859_1))
                    }
                }
            OneTimeUrl.fetch("http://127.0.0.1:${listener.localPort}/once").also { server.join() }
        }

    @Test
    fun `reads a request of the size that one may have`() {
        val largest = "a".repeat(262_144)
        assertEquals(largest, fetched("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n$largest"))
        assertNull(fetched("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\na$largest"))
    }

    @Test
    fun `follows nobody elsewhere, and takes only success and UTF-8`() {
        assertNull(fetched("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"))
        assertNull(fetched("HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}"))
        assertNull(fetched("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n\u00ff"))
        assertNull(OneTimeUrl.fetch("http://127.0.0.1:1/"))
    }
}
