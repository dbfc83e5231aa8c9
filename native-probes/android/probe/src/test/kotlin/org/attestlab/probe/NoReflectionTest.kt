package org.attestlab.probe

import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import java.io.File

/** The build's guard knows which API a class calls by name, and not what it calls by reflection. */
class NoReflectionTest {
    private val classes = File("target/classes").walk().filter { it.extension == "class" }.toList()

    private fun mentions(
        file: File,
        words: List<String>,
    ) = file.readText(Charsets.ISO_8859_1).let { text -> words.filter { it in text } }

    @Test
    fun `no class calls anything by reflection`() {
        assertTrue(classes.size > MIN_CLASSES)
        val words = listOf("java/lang/reflect/", "forName", "getDeclared", "loadClass", "kotlin/reflect/full", "sun/misc/")
        assertEquals(emptyList<String>(), classes.filter { mentions(it, words).isNotEmpty() }.map { it.name })
    }

    @Test
    fun `the library does not know the app`() {
        val library = classes.filter { "app" !in it.relativeTo(File("target/classes")).path.split(File.separatorChar) }
        assertEquals(emptyList<String>(), library.filter { mentions(it, listOf("org/attestlab/probe/app/")).isNotEmpty() }.map { it.name })
    }

    private companion object {
        const val MIN_CLASSES = 60
    }
}
