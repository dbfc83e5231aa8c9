package org.attestlab.probe.keys

import org.attestlab.probe.ProbeStore
import org.attestlab.probe.model.ModelPhone
import org.attestlab.probe.model.TestAuthority
import org.attestlab.probe.protocol.ErrorCode
import org.attestlab.probe.protocol.ProbeFailure
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import java.security.cert.CertificateException

@RunWith(RobolectricTestRunner::class)
class ProbeKeysTest {
    private val store = ProbeStore(RuntimeEnvironment.getApplication())
    private val keys = ProbeKeys(store, attestsDeviceProperties = false)
    private val issuer = TestAuthority("issuing authority")

    @Before
    fun setUp() = ModelPhone.install()

    private fun generate(
        alias: String,
        level: KeyLevel = KeyLevel.TEE,
    ) = keys.generate(KeyRequest(alias, KeyAlgorithm.EC_P256, listOf("SHA-256"), ByteArray(32)), listOf(level))

    private fun codeOf(act: () -> Unit) = assertThrows(ProbeFailure::class.java) { act() }.code

    @Test
    fun `keeps the attestation chain when the issued certificate takes its place`() {
        for (round in 1..2) {
            val attested =
                generate("tls")
                    .key.attestationChain
                    .orEmpty()
                    .map { ProbeKeys.readCertificate(it) }
            assertEquals(attested, keys.attestationChain("tls"))
            val issued = listOf(issuer.issue("phone-1", keys.find("tls").public), issuer.certificate)
            keys.install("tls", issued)
            keys.install("tls", issued)
            assertEquals(attested, keys.attestationChain("tls"))
            assertEquals(issued, keys.clientIdentity("tls").chain)
            assertEquals(
                "round $round",
                "CN=phone-1",
                ModelPhone.entries.values
                    .single()
                    .chain
                    .first()
                    .subjectX500Principal.name,
            )
        }
    }

    @Test
    fun `gives software keys certificates too`() {
        generate("tls", KeyLevel.SOFTWARE)
        keys.install("tls", listOf(issuer.issue("phone-1", keys.find("tls").public)))
        assertEquals(
            "CN=phone-1",
            keys
                .clientIdentity("tls")
                .chain
                .single()
                .subjectX500Principal.name,
        )
        assertNull(keys.attestationChain("tls"))
    }

    @Test
    fun `refuses a certificate for another key`() {
        generate("tls")
        val stranger = issuer.issue("phone-1", TestAuthority.p256().public)
        assertEquals(ErrorCode.CERTIFICATE_MISMATCH, codeOf { keys.install("tls", listOf(stranger)) })
        assertEquals(ErrorCode.CERTIFICATE_MISMATCH, codeOf { keys.clientIdentity("tls") })
    }

    @Test
    fun `has no key that was not made`() {
        assertEquals(ErrorCode.KEY_NOT_FOUND, codeOf { keys.find("tls") })
        assertFalse(keys.delete("tls"))
    }

    @Test
    fun `replaces a key of the same alias, wherever it was`() {
        generate("tls", KeyLevel.SOFTWARE)
        keys.install("tls", listOf(issuer.issue("phone-1", keys.find("tls").public)))
        val software = keys.find("tls").public
        generate("tls")
        assertNotEquals(software, keys.find("tls").public)
        assertNull(keys.find("tls").private.encoded)
        assertEquals(ErrorCode.CERTIFICATE_MISMATCH, codeOf { keys.clientIdentity("tls") })
        generate("tls", KeyLevel.SOFTWARE)
        assertEquals(emptySet<String>(), ModelPhone.entries.keys)
        assertEquals(listOf("tls"), keys.aliases())
    }

    @Test
    fun `deletes its keys and no other of the app`() {
        generate("tls")
        generate("sign", KeyLevel.SOFTWARE)
        ModelPhone.entries["the app’s own"] = ModelPhone.entries.getValue("attestlab.tls")
        assertEquals(listOf("sign", "tls"), keys.deleteAll())
        assertEquals(setOf("the app’s own"), ModelPhone.entries.keys)
        assertEquals(emptyList<String>(), store.names(""))
    }

    @Test
    fun `deletes one key with all that was kept for it`() {
        generate("tls")
        keys.install("tls", listOf(issuer.issue("phone-1", keys.find("tls").public)))
        assertTrue(keys.delete("tls"))
        assertEquals(emptyList<String>(), store.names(""))
        assertNull(keys.attestationChain("tls"))
    }

    @Test
    fun `reads one certificate in DER and nothing else`() {
        assertThrows(CertificateException::class.java) { ProbeKeys.readCertificate(ByteArray(0)) }
        assertThrows(CertificateException::class.java) { ProbeKeys.readCertificate(byteArrayOf(1, 2, 3)) }
        val two = issuer.certificate.encoded + byteArrayOf(0)
        assertThrows(CertificateException::class.java) { ProbeKeys.readCertificate(two) }
        assertEquals(issuer.certificate, ProbeKeys.readCertificate(issuer.certificate.encoded))
    }

    @Test
    fun `takes an attestation that it cannot read for none`() {
        val broken = org.attestlab.probe.model.TestDer
        for (content in listOf(byteArrayOf(0x30), byteArrayOf(0x30, 0x02, 0x02), byteArrayOf(0x30, 0x82.toByte(), 0x7f, 0x7f))) {
            val extension = broken.sequence(broken.oid("2b06010401d679020111"), broken.octets(content))
            val leaf = issuer.issue("broken", TestAuthority.p256().public, listOf(extension))
            assertNull(KeySecurity.attestedLevel(listOf(leaf)))
        }
        assertNull(KeySecurity.attestedLevel(emptyList()))
    }
}
