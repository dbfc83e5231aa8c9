package org.attestlab.probe.model

import org.attestlab.probe.Clock
import org.attestlab.probe.Commands
import org.attestlab.probe.Facts
import org.attestlab.probe.IntegrityTokens
import org.attestlab.probe.Probe
import org.attestlab.probe.ProbeStore
import org.attestlab.probe.keys.KeyLadder
import org.attestlab.probe.keys.ProbeKeys
import org.attestlab.probe.network.HttpsSender
import org.attestlab.probe.protocol.Base64Url
import org.attestlab.probe.protocol.Json
import org.attestlab.probe.protocol.sha256
import org.robolectric.RuntimeEnvironment
import java.security.SecureRandom
import java.util.ArrayDeque

/** The whole probe but for its activity, as a host sees it: what it is told to do runs when the test says so. */
internal class TestProbe(
    integrity: IntegrityTokens? = null,
    var fetch: (String) -> String? = { null },
) {
    private val context = RuntimeEnvironment.getApplication()
    val store = ProbeStore(context)
    val keys = ProbeKeys(store, attestsDeviceProperties = false) { KeyLadder(it, pause = {}) }
    private val tasks = ArrayDeque<Runnable>()
    private val commands = Commands(Facts(context, clock = CLOCK), keys, HttpsSender(alsoPlatformTrust = false), integrity, CLOCK)
    var secret = bytes(32)

    val probe = Probe(store, commands, tasks::add, Runnable::run, { fetch(it) }, CLOCK)

    /** Does what has been begun. */
    fun work() {
        while (tasks.isNotEmpty()) tasks.remove().run()
    }

    fun link(json: String) = "attestlab-probe://v1?r=" + Base64Url.encode(json.toByteArray())

    fun request(
        command: String,
        args: Map<String, Any?> = emptyMap(),
        id: String = bytes(16),
        change: (MutableMap<String, Any?>) -> Unit = {},
    ): String =
        Json.write(linkedMapOf<String, Any?>("v" to 1, "id" to id, "secret" to secret, "command" to command, "args" to args).also(change))

    /** Opens a request and reads its answer from the screen. */
    fun call(
        command: String,
        args: Map<String, Any?> = emptyMap(),
    ): Map<String, Any?> {
        probe.open(link(request(command, args)))
        work()
        return answer()
    }

    /** The result of a command that is done. */
    fun result(
        command: String,
        args: Map<String, Any?> = emptyMap(),
    ): Map<*, *> {
        val answer = call(command, args)
        check(answer["ok"] == true) { "$command: $answer" }
        return answer["result"] as Map<*, *>
    }

    /** The code of a command that is refused. */
    fun refusal(
        command: String,
        args: Map<String, Any?> = emptyMap(),
    ): Any? = code(call(command, args))

    fun code(answer: Map<String, Any?>): Any? = (answer["error"] as? Map<*, *>)?.get("code")

    /** The screen's answer from all its pages, which must add up. */
    fun answer(): Map<String, Any?> {
        val state = state()
        check(state["state"] == "done") { "not done: $state" }
        val count = (state["pages"] as Long).toInt()
        val text = StringBuilder()
        for (number in 1..count) {
            val (place, id, chunk) = probe.pageText.split(' ')
            check(place == "$number/$count" && id == state["id"]) { "page $place of $id" }
            text.append(chunk)
            probe.nextPage()
        }
        val bytes = checkNotNull(Base64Url.decode(text.toString()))
        check(bytes.size.toLong() == state["bytes"])
        check(
            state["sha256"] ==
                org.attestlab.probe.protocol
                    .hex(sha256(bytes)),
        )
        return checkNotNull(Json.parseObject(String(bytes)))
    }

    fun state(): Map<String, Any?> = checkNotNull(Json.parseObject(probe.stateText))

    fun claim() = apply { result("hello", mapOf("minVersion" to 1, "maxVersion" to 1)) }

    fun generate(
        alias: String = "tls",
        ladder: List<String> = listOf("strongbox", "tee"),
        digests: List<String> = listOf("sha256"),
        algorithm: String = "ec-p256",
        challenge: ByteArray? = null,
    ): Map<*, *> =
        result(
            "key.generate",
            linkedMapOf<String, Any?>(
                "alias" to alias,
                "purpose" to "sign",
                "algorithm" to algorithm,
                "ladder" to ladder,
                "digests" to digests,
            ).also { args -> challenge?.let { args["challenge"] = Base64Url.encode(it) } },
        )

    companion object {
        const val NOW_MS = 1_767_225_600_000L
        private val CLOCK = Clock(nowMs = { NOW_MS })

        fun bytes(size: Int): String = Base64Url.encode(ByteArray(size).also { SecureRandom().nextBytes(it) })
    }
}
