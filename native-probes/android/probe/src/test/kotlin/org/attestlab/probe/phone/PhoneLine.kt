package org.attestlab.probe.phone

import org.attestlab.probe.protocol.Json
import java.io.BufferedReader
import java.io.IOException
import java.net.InetAddress
import java.net.Socket
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicLong
import kotlin.concurrent.thread
import kotlin.system.exitProcess

/** A "no" of the phone. */
internal class PhoneRefusal(
    val said: Map<String, Any?>,
) : Exception(said["message"] as? String)

/**
 * The line to the virtual phone whose apps run in this process: JSON objects, one a line, over the
 * loopback interface. The phone gives orders; this process tells what is on the screen, and asks
 * for what only the phone has.
 */
internal class PhoneLine(
    port: Int,
    token: String,
    private val time: PhoneTime,
    private val onOrder: (Map<String, Any?>) -> Unit,
) {
    private val socket = Socket(InetAddress.getLoopbackAddress(), port).apply { tcpNoDelay = true }
    private val writer = socket.getOutputStream().bufferedWriter()
    private val numbers = AtomicLong()
    private val asked = ConcurrentHashMap<Long, CompletableFuture<Map<String, Any?>>>()

    init {
        tell(mapOf("token" to token))
        thread(isDaemon = true, name = "phone-line") { listen(socket.getInputStream().bufferedReader()) }
    }

    /** Says something that has no answer. */
    fun tell(message: Map<String, Any?>) {
        val text = Json.write(message)
        synchronized(writer) {
            writer.write(text)
            writer.write("\n")
            writer.flush()
        }
    }

    /** Asks the phone; throws [PhoneRefusal] where it says no. */
    fun ask(
        what: String,
        args: Map<String, Any?> = emptyMap(),
    ): Map<String, Any?> {
        val number = numbers.incrementAndGet()
        val answered = CompletableFuture<Map<String, Any?>>()
        asked[number] = answered
        tell(mapOf("ask" to number, "what" to what, "args" to args))
        val answer = answered.get(ANSWER_WITHIN_S, TimeUnit.SECONDS)
        val refused = answer["refused"] as? Map<*, *>
        if (refused != null) throw PhoneRefusal(refused.mapKeys { (name) -> name as String })
        return (answer["answered"] as Map<*, *>).mapKeys { (name) -> name as String }
    }

    private fun listen(reader: BufferedReader) {
        try {
            for (line in reader.lineSequence()) take(checkNotNull(Json.parseObject(line)) { "the phone speaks no JSON" })
        } catch (_: IOException) {
            // The phone is gone, as below.
        }
        // Nobody is left whom this process could serve: the run has ended, however it did. Robolectric
        // deletes the app's storage on the way out.
        exitProcess(0)
    }

    private fun take(message: Map<String, Any?>) {
        val number = message["answer"] as? Long ?: return onOrder(message)
        // Durations that the phone models count in full here, however short it makes them.
        time.aheadMs = (message["aheadMs"] as Number).toDouble()
        asked.remove(number)?.complete(message)
    }

    private companion object {
        const val ANSWER_WITHIN_S = 90L
    }
}
