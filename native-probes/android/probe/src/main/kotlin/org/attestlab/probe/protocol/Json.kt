package org.attestlab.probe.protocol

import android.util.JsonReader
import android.util.JsonToken
import android.util.JsonWriter
import java.io.IOException
import java.io.StringReader
import java.io.StringWriter

/** Strict JSON, as Map, List, String, Long, Double, Boolean and null. */
object Json {
    /** The object that a text is, or null where it is none. */
    fun parseObject(text: String): Map<String, Any?>? =
        try {
            JsonReader(StringReader(text)).use { reader ->
                val value = if (reader.peek() == JsonToken.BEGIN_OBJECT) readObject(reader, 0) else null
                if (reader.peek() == JsonToken.END_DOCUMENT) value else null
            }
        } catch (_: IOException) {
            null
        } catch (_: IllegalStateException) {
            null
        } catch (_: NumberFormatException) {
            null
        }

    fun write(value: Map<String, Any?>): String {
        val text = StringWriter()
        JsonWriter(text).use { writeValue(it, value) }
        return text.toString()
    }

    private fun readValue(
        reader: JsonReader,
        depth: Int,
    ): Any? =
        when (reader.peek()) {
            JsonToken.BEGIN_OBJECT -> readObject(reader, depth)
            JsonToken.BEGIN_ARRAY -> readArray(reader, depth)
            JsonToken.STRING -> reader.nextString()
            JsonToken.NUMBER -> readNumber(reader.nextString())
            JsonToken.BOOLEAN -> reader.nextBoolean()
            else -> {
                reader.nextNull()
                null
            }
        }

    private fun readObject(
        reader: JsonReader,
        depth: Int,
    ): Map<String, Any?> {
        if (depth >= Limits.REQUEST_DEPTH) throw IOException("too deep")
        val members = LinkedHashMap<String, Any?>()
        reader.beginObject()
        while (reader.hasNext()) members[reader.nextName()] = readValue(reader, depth + 1)
        reader.endObject()
        return members
    }

    private fun readArray(
        reader: JsonReader,
        depth: Int,
    ): List<Any?> {
        if (depth >= Limits.REQUEST_DEPTH) throw IOException("too deep")
        val items = ArrayList<Any?>()
        reader.beginArray()
        while (reader.hasNext()) items.add(readValue(reader, depth + 1))
        reader.endArray()
        return items
    }

    // JSON knows one kind of number: 1.0 and 1e0 are the integer 1.
    private fun readNumber(text: String): Number {
        val exact = text.toLongOrNull()
        if (exact != null) return exact
        val number = text.toDouble()
        return if (number == Math.rint(number) && Math.abs(number) < MAX_EXACT) number.toLong() else number
    }

    private fun writeValue(
        writer: JsonWriter,
        value: Any?,
    ) {
        when (value) {
            null -> writer.nullValue()
            is Map<*, *> -> {
                writer.beginObject()
                for ((name, member) in value) writeValue(writer.name(name as String), member)
                writer.endObject()
            }
            is List<*> -> {
                writer.beginArray()
                for (item in value) writeValue(writer, item)
                writer.endArray()
            }
            is Boolean -> writer.value(value)
            is Number -> writer.value(value)
            is String -> writer.value(value)
            else -> throw IllegalArgumentException("no JSON value")
        }
    }

    private const val MAX_EXACT = 9.007199254740992E15
}
