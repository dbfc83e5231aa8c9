package org.attestlab.probe.app

import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.w3c.dom.Document
import org.w3c.dom.Element
import java.io.File
import java.util.Base64
import javax.xml.parsers.DocumentBuilderFactory

/** The flavours' configurations as their XML has them: they take effect on phones alone. */
class NetworkSecurityConfigTest {
    private fun read(sourceSet: String): Document =
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(File("app/src/$sourceSet/res/xml/network_security_config.xml"))

    private fun Document.elements(name: String): List<Element> =
        getElementsByTagName(name).let { list -> (0 until list.length).map { list.item(it) as Element } }

    private fun Document.sources() = elements("certificates").map { it.getAttribute("src") }

    @Test
    fun `no flavour lets plain HTTP leave the phone`() {
        for (sourceSet in listOf("main", "userTrust", "pinSet")) {
            val config = read(sourceSet)
            val base = config.elements("base-config").single()
            assertEquals(sourceSet, "false", base.getAttribute("cleartextTrafficPermitted"))
            val open = config.elements("domain-config").filter { it.getAttribute("cleartextTrafficPermitted") == "true" }
            val domains = open.single().getElementsByTagName("domain")
            assertEquals(setOf("127.0.0.1", "localhost", "::1"), (0 until domains.length).map { domains.item(it).textContent }.toSet())
        }
    }

    @Test
    fun `users' authorities count in the flavours that say so`() {
        assertEquals(emptyList<String>(), read("main").sources())
        assertEquals(listOf("system", "user"), read("userTrust").sources())
        assertEquals(listOf("system", "user"), read("pinSet").sources())
    }

    @Test
    fun `the flavour with pins has two of them, an end in sight, and nothing that overrides them`() {
        val config = read("pinSet")
        val pins = config.elements("pin")
        assertEquals(2, pins.map { it.textContent }.toSet().size)
        for (pin in pins) {
            assertEquals("SHA-256", pin.getAttribute("digest"))
            assertEquals(32, Base64.getDecoder().decode(pin.textContent).size)
        }
        assertTrue(
            config
                .elements("pin-set")
                .single()
                .getAttribute("expiration")
                .matches(Regex("\\d{4}-\\d{2}-\\d{2}")),
        )
        assertTrue(config.elements("certificates").none { it.hasAttribute("overridePins") })
        assertTrue(config.elements("debug-overrides").isEmpty())
    }

    @Test
    fun `the platform judges servers in both flavours and not in the plain one`() {
        fun asks(sourceSet: String) = "name=\"platform_trust\">true<" in File("app/src/$sourceSet/res/values/options.xml").readText()
        assertEquals(listOf(false, true, true), listOf("main", "userTrust", "pinSet").map { asks(it) })
    }
}
