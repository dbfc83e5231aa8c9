package org.attestlab.probe.formats

import java.io.ByteArrayOutputStream

/** The few DER encodings that a certification request needs. */
internal object Der {
    private const val INTEGER = 0x02
    private const val BIT_STRING = 0x03
    private const val OBJECT_IDENTIFIER = 0x06
    private const val UTF8_STRING = 0x0c
    private const val SEQUENCE = 0x30
    private const val SET = 0x31
    private const val CONTEXT_CONSTRUCTED = 0xa0

    fun zero() = tlv(INTEGER, byteArrayOf(0))

    fun utf8(text: String) = tlv(UTF8_STRING, text.toByteArray())

    fun sequence(vararg parts: ByteArray) = tlv(SEQUENCE, join(parts))

    fun set(vararg parts: ByteArray) = tlv(SET, join(parts))

    fun context(
        number: Int,
        vararg parts: ByteArray,
    ) = tlv(CONTEXT_CONSTRUCTED or number, join(parts))

    /** A string of whole bytes. */
    fun bitString(bytes: ByteArray) = tlv(BIT_STRING, byteArrayOf(0) + bytes)

    fun oid(text: String): ByteArray {
        val arcs = text.split('.').map { it.toInt() }
        val content = ByteArrayOutputStream()
        writeArc(content, arcs[0] * ARCS_PER_ROOT + arcs[1])
        for (arc in arcs.drop(2)) writeArc(content, arc)
        return tlv(OBJECT_IDENTIFIER, content.toByteArray())
    }

    private fun writeArc(
        content: ByteArrayOutputStream,
        arc: Int,
    ) {
        val groups = generateSequence(arc) { it shr ARC_BITS }.takeWhile { it != 0 }.toList().ifEmpty { listOf(0) }
        for ((index, group) in groups.reversed().withIndex()) {
            val more = if (index < groups.size - 1) ARC_MORE else 0
            content.write(group and ARC_MASK or more)
        }
    }

    private fun tlv(
        tag: Int,
        content: ByteArray,
    ): ByteArray {
        val out = ByteArrayOutputStream()
        out.write(tag)
        val size = content.size
        if (size < SHORT_LIMIT) {
            out.write(size)
        } else {
            val bytes = generateSequence(size) { it shr BYTE_BITS }.takeWhile { it != 0 }.toList().reversed()
            out.write(SHORT_LIMIT or bytes.size)
            for (byte in bytes) out.write(byte)
        }
        out.write(content)
        return out.toByteArray()
    }

    private fun join(parts: Array<out ByteArray>): ByteArray {
        val out = ByteArrayOutputStream()
        for (part in parts) out.write(part)
        return out.toByteArray()
    }

    private const val ARCS_PER_ROOT = 40
    private const val ARC_BITS = 7
    private const val ARC_MASK = 0x7f
    private const val ARC_MORE = 0x80
    private const val SHORT_LIMIT = 0x80
    private const val BYTE_BITS = 8
}
