package org.attestlab.probe.protocol

/** A request, whole; each command judges its own arguments. */
class Request private constructor(
    val id: String,
    val secret: String,
    val command: String,
    val args: Map<String, Any?>,
) {
    companion object {
        private val MEMBERS = setOf("v", "id", "secret", "command", "args")
        private val ID = Regex("[A-Za-z0-9_-]{22}")
        private val SECRET = Regex("[A-Za-z0-9_-]{43}")
        private const val COMMAND_CHARS = 64

        /** Reads a request; throws [ProbeFailure] where it is none of this version. */
        fun parse(json: String): Request {
            val members = Json.parseObject(json) ?: malformed()
            if (members.keys != MEMBERS) malformed()
            val id = members["id"] as? String ?: malformed()
            val secret = members["secret"] as? String ?: malformed()
            val command = members["command"] as? String ?: malformed()

            @Suppress("UNCHECKED_CAST") // Json makes no map but of texts to values.
            val args = members["args"] as? Map<String, Any?> ?: malformed()
            if (!ID.matches(id) || !SECRET.matches(secret)) malformed()
            if (command.length !in 1..COMMAND_CHARS) malformed()
            if (members["v"] != Limits.PROTOCOL_VERSION.toLong()) {
                throw ProbeFailure(ErrorCode.VERSION_UNSUPPORTED, "requests of version 1 are understood")
            }
            return Request(id, secret, command, args)
        }

        private fun malformed(): Nothing = throw ProbeFailure(ErrorCode.MALFORMED_REQUEST, "the request is none of this protocol")
    }
}
