package org.attestlab.probe.protocol

/** What the probe's elements show. */
class Screen private constructor(
    /** Text of the element `attestlab.state`. */
    val state: String,
    private val pages: List<String>,
) {
    val pageCount: Int get() = pages.size

    /** Text of the element `attestlab.page`, counted from 0; empty unless the screen shows an answer. */
    fun page(index: Int): String = pages.getOrElse(index) { "" }

    companion object {
        val IDLE = Screen(Json.write(linkedMapOf("v" to Limits.PROTOCOL_VERSION, "state" to "idle")), emptyList())

        fun busy(id: String) = Screen(Json.write(linkedMapOf("v" to Limits.PROTOCOL_VERSION, "state" to "busy", "id" to id)), emptyList())

        /** An answer's pages. Their chunks are base64url, which no text element trims or "corrects". */
        fun done(
            id: String,
            json: String,
        ): Screen {
            val bytes = json.toByteArray()
            val chunks = Base64Url.encode(bytes).chunked(Limits.PAGE_CHARS)
            val state =
                linkedMapOf(
                    "v" to Limits.PROTOCOL_VERSION,
                    "state" to "done",
                    "id" to id,
                    "pages" to chunks.size,
                    "bytes" to bytes.size,
                    "sha256" to hex(sha256(bytes)),
                )
            val pages = chunks.mapIndexed { index, chunk -> "${index + 1}/${chunks.size} $id $chunk" }
            return Screen(Json.write(state), pages)
        }
    }
}

/** Answers, as JSON. */
object Answer {
    /** A result; one that is too large is answered with an error instead. */
    fun ok(
        id: String,
        result: Map<String, Any?>,
        ms: Long,
    ): String {
        val json =
            Json.write(
                linkedMapOf("v" to Limits.PROTOCOL_VERSION, "id" to id, "ok" to true, "result" to result, "ms" to ms),
            )
        if (json.toByteArray().size <= Limits.ANSWER_BYTES) return json
        return failed(id, ProbeFailure(ErrorCode.ANSWER_TOO_LARGE, "the result does not fit in an answer"), ms)
    }

    fun failed(
        id: String,
        failure: ProbeFailure,
        ms: Long,
    ): String =
        Json.write(
            linkedMapOf(
                "v" to Limits.PROTOCOL_VERSION,
                "id" to id,
                "ok" to false,
                "error" to failure.toJson(),
                "ms" to ms,
            ),
        )
}
