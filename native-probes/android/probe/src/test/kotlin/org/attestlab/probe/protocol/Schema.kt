package org.attestlab.probe.protocol

/** Judges values by `schema.json`: those keywords of JSON Schema that it uses, and an error for any other. */
internal class Schema(
    private val root: Map<*, *>,
) {
    /** What is wrong with a value, or null. */
    fun problem(
        definition: String,
        value: Any?,
    ): String? = judge((root["\$defs"] as Map<*, *>).getValue(definition) as Map<*, *>, value, definition)

    private fun Map<*, *>.getValue(key: String) = this[key] ?: throw IllegalArgumentException("no definition $key")

    private fun judge(
        schema: Map<*, *>,
        value: Any?,
        path: String,
    ): String? {
        // The type first: the other keywords mean something to values of it alone.
        for ((keyword, wanted) in schema.entries.sortedBy { it.key != "type" }) {
            val isMet =
                when (keyword) {
                    "type" -> (wanted as? List<*> ?: listOf(wanted)).any { hasType(value, it as String) }
                    "const" -> value == wanted
                    "enum" -> value in wanted as List<*>
                    "pattern" -> Regex(wanted as String).containsMatchIn(value as String)
                    "minLength" -> (value as String).length >= (wanted as Long)
                    "maxLength" -> (value as String).length <= (wanted as Long)
                    "minimum" -> (value as Number).toDouble() >= (wanted as Number).toDouble()
                    "maximum" -> (value as Number).toDouble() <= (wanted as Number).toDouble()
                    "minItems" -> (value as List<*>).size >= (wanted as Long)
                    "maxItems" -> (value as List<*>).size <= (wanted as Long)
                    "required" -> (value as Map<*, *>).keys.containsAll(wanted as List<*>)
                    "oneOf", "anyOf" -> (wanted as List<*>).any { judge(it as Map<*, *>, value, path) == null }
                    "properties", "items", "prefixItems", "additionalProperties", "propertyNames" -> true
                    else -> throw IllegalArgumentException("unknown keyword $keyword at $path")
                }
            if (!isMet) return "$path: $value is against $keyword $wanted"
        }
        return members(schema, value, path).firstNotNullOfOrNull { (inner, member, name) -> judge(inner, member, "$path.$name") }
            ?: unknownMember(schema, value)?.let { "$path: $it is not allowed" }
    }

    private fun members(
        schema: Map<*, *>,
        value: Any?,
        path: String,
    ): List<Triple<Map<*, *>, Any?, String>> {
        val found = ArrayList<Triple<Map<*, *>, Any?, String>>()
        val properties = schema["properties"] as? Map<*, *>
        for ((name, inner) in properties.orEmpty()) {
            if (value is Map<*, *> && value.containsKey(name)) found += Triple(inner as Map<*, *>, value[name], "$name")
        }
        val rest = schema["additionalProperties"] as? Map<*, *>
        if (rest !=
            null
        ) {
            (value as Map<*, *>).filterKeys { it !in properties.orEmpty() }.forEach { found += Triple(rest, it.value, "${it.key}") }
        }
        (schema["items"] as? Map<*, *>)?.let { inner -> (value as List<*>).forEach { found += Triple(inner, it, "[]") } }
        (schema["prefixItems"] as? List<*>)?.forEachIndexed { index, inner ->
            check((value as List<*>).size > index) { "$path has too few items" }
            found += Triple(inner as Map<*, *>, value[index], "[$index]")
        }
        return found
    }

    private fun unknownMember(
        schema: Map<*, *>,
        value: Any?,
    ): Any? {
        if (schema["additionalProperties"] != false) return null
        return (value as Map<*, *>).keys.firstOrNull { it !in (schema["properties"] as? Map<*, *>).orEmpty() }
    }

    private fun hasType(
        value: Any?,
        type: String,
    ): Boolean =
        when (type) {
            "object" -> value is Map<*, *>
            "array" -> value is List<*>
            "string" -> value is String
            "integer" -> value is Long
            "number" -> value is Number
            "boolean" -> value is Boolean
            "null" -> value == null
            else -> throw IllegalArgumentException("unknown type $type")
        }
}
