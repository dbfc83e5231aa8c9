package org.attestlab.probe.protocol

/** A command's arguments, read one by one; what nobody has read is refused. */
class Arguments(
    private val command: String,
    private val values: Map<String, Any?>,
) {
    private val known = HashSet<String>()

    /** Reads arguments, then refuses those that [reading] did not ask for. */
    fun <T> read(reading: Arguments.() -> T): T {
        val result = reading()
        val unknown = values.keys.firstOrNull { it !in known }
        if (unknown != null) refuse(unknown, "is no argument of this command")
        return result
    }

    fun has(name: String): Boolean {
        known.add(name)
        return values.containsKey(name)
    }

    fun text(
        name: String,
        pattern: Regex? = null,
        length: IntRange = 0..Int.MAX_VALUE,
    ): String {
        val text = value(name) as? String ?: refuse(name, "is no text")
        if (text.length !in length) refuse(name, "has ${text.length} characters")
        if (pattern != null && !pattern.matches(text)) refuse(name, "does not fit ${pattern.pattern}")
        return text
    }

    fun alias(name: String): String = text(name, ALIAS)

    fun bytes(name: String): ByteArray = decoded(name, text(name))

    fun bytes(
        name: String,
        size: IntRange,
    ): ByteArray {
        val bytes = bytes(name)
        if (bytes.size !in size) refuse(name, "has ${bytes.size} bytes")
        return bytes
    }

    fun integer(
        name: String,
        range: LongRange,
    ): Long {
        val number = value(name) as? Long ?: refuse(name, "is no integer")
        return if (number in range) number else refuse(name, "is out of range")
    }

    /** An unsigned 64-bit decimal, in its only text. */
    fun u64(name: String): String {
        val text = text(name, U64)
        // As long as the largest, so that the order of texts is that of the numbers.
        if (text.length == LARGEST.length && text > LARGEST) refuse(name, "has more than 64 bits")
        return text
    }

    fun <T> choice(
        name: String,
        choices: Map<String, T>,
    ): T = choices[text(name)] ?: refuse(name, "is none of ${choices.keys}")

    fun texts(
        name: String,
        count: IntRange,
        pattern: Regex? = null,
    ): List<String> {
        val list = value(name) as? List<*> ?: refuse(name, "is no list")
        if (list.size !in count) refuse(name, "has ${list.size} entries")
        return list.map { item ->
            val text = item as? String ?: refuse(name, "holds something that is no text")
            if (pattern != null && !pattern.matches(text)) refuse(name, "does not fit ${pattern.pattern}")
            text
        }
    }

    fun bytesList(
        name: String,
        count: IntRange,
    ): List<ByteArray> =
        texts(name, count).map { text ->
            if (text.isEmpty()) refuse(name, "holds an empty entry")
            decoded(name, text)
        }

    /** Pairs of texts, in their order. */
    fun pairs(name: String): List<Pair<String, String>> {
        val list = value(name) as? List<*> ?: refuse(name, "is no list")
        return list.map { item ->
            val pair = item as? List<*>
            val key = pair?.getOrNull(0) as? String
            val value = pair?.getOrNull(1) as? String
            if (pair?.size != 2 || key.isNullOrEmpty() || value == null) refuse(name, "holds what is no pair")
            key to value
        }
    }

    /** Refuses an argument that the command itself finds wanting. */
    fun refuse(
        name: String,
        why: String,
    ): Nothing = throw ProbeFailure(ErrorCode.INVALID_ARGS, "$command $name: $why")

    private fun value(name: String): Any? {
        known.add(name)
        return values[name] ?: refuse(name, "is missing")
    }

    private fun decoded(
        name: String,
        text: String,
    ): ByteArray = Base64Url.decode(text) ?: refuse(name, "is no base64url")

    companion object {
        val TOKEN = Regex("[!#$%&'*+.^_`|~0-9A-Za-z-]+")
        private val ALIAS = Regex("[A-Za-z0-9._-]{1,64}")
        private val U64 = Regex("0|[1-9][0-9]{0,19}")
        private const val LARGEST = "18446744073709551615"
    }
}
