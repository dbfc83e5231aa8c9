package org.attestlab.probe.keys

import android.os.Build
import android.security.KeyStoreException
import android.security.keystore.BackendBusyException
import org.attestlab.probe.ProbeStore
import org.attestlab.probe.model.ModelPhone
import org.attestlab.probe.model.Platform
import org.attestlab.probe.protocol.ErrorCode
import org.attestlab.probe.protocol.ProbeFailure
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config
import java.security.InvalidAlgorithmParameterException
import java.security.ProviderException
import java.security.spec.InvalidKeySpecException

@RunWith(RobolectricTestRunner::class)
class KeyLadderTest {
    private val store = ProbeStore(RuntimeEnvironment.getApplication())
    private val pauses = ArrayList<Long>()
    private val all = listOf(KeyLevel.STRONGBOX, KeyLevel.TEE, KeyLevel.SOFTWARE)
    private val hardware = listOf(KeyLevel.STRONGBOX, KeyLevel.TEE)

    @Before
    fun setUp() = ModelPhone.install()

    private fun keys(attestsDeviceProperties: Boolean = false) =
        ProbeKeys(store, attestsDeviceProperties) { makers -> KeyLadder(makers, pauses::add) }

    private fun request(
        challenge: ByteArray? = null,
        algorithm: KeyAlgorithm = KeyAlgorithm.EC_P256,
    ) = KeyRequest("tls", algorithm, listOf("SHA-256"), challenge)

    private fun failures(climb: List<Map<String, Any?>>) = climb.filter { it["ok"] == false }

    private fun strongBoxFails(failure: () -> RuntimeException) {
        ModelPhone.beforeGeneration = { if (it.isStrongBoxBacked) throw failure() }
    }

    private fun attempts(failure: ProbeFailure): List<*> = failure.toJson()["attempts"] as List<*>

    @Test
    @Config(sdk = [28, 35])
    fun `takes StrongBox where there is one`() {
        val climb = keys().generate(request(), all)
        assertEquals(KeyLevel.STRONGBOX, climb.key.level)
        assertEquals(listOf("strongbox"), climb.attempts.map { it["level"] })
        assertTrue(
            ModelPhone.entries.keys
                .single()
                .endsWith("tls"),
        )
    }

    @Test
    @Config(sdk = [24])
    fun `has no StrongBox before API 28, and says so`() {
        val climb = keys().generate(request(), all)
        assertEquals(KeyLevel.TEE, climb.key.level)
        assertEquals(listOf("StrongBox came with API 28"), failures(climb.attempts).map { it["message"] })
    }

    @Test
    @Config(sdk = [28, 35])
    fun `goes on to the TEE where StrongBox is missing, and says why`() {
        strongBoxFails(Platform::strongBoxUnavailable)
        val climb = keys().generate(request(), hardware)
        assertEquals(KeyLevel.TEE, climb.key.level)
        val failure = failures(climb.attempts).single()
        assertEquals("StrongBoxUnavailableException", failure["exception"])
        assertEquals(emptyList<Long>(), pauses)
    }

    @Test
    @Config(sdk = [28, 35])
    fun `goes on to the TEE where StrongBox fails for good with a plain ProviderException`() {
        strongBoxFails { Platform.generationFailed(-6) }
        val climb = keys().generate(request(), hardware)
        assertEquals(KeyLevel.TEE, climb.key.level)
        assertEquals("ProviderException", failures(climb.attempts).single()["exception"])
    }

    @Test
    @Config(sdk = [35])
    fun `reports the public and the raw code, which differ`() {
        strongBoxFails(Platform::strongBoxUnavailable)
        val failure = failures(keys().generate(request(), hardware).attempts).single()
        assertEquals(12, failure["publicCode"])
        assertEquals(-68, failure["rawCode"])
        assertEquals(false, failure["transient"])
        assertTrue(failure["message"].toString().contains("Failed to generate key pair."))
    }

    @Test
    @Config(sdk = [28])
    fun `reports no code that the platform of API 28 does not tell`() {
        strongBoxFails(Platform::strongBoxUnavailable)
        val failure = failures(keys().generate(request(), hardware).attempts).single()
        assertFalse(failure.containsKey("publicCode"))
        assertFalse(failure.containsKey("rawCode"))
    }

    @Test
    @Config(sdk = [35])
    fun `tries StrongBox again where it is busy, and takes no lesser key`() {
        var tries = 0
        strongBoxFails { Platform.generationFailed(-48).also { tries++ } }
        val failure = assertThrows(ProbeFailure::class.java) { keys().generate(request(), all) }
        assertEquals(ErrorCode.KEY_GENERATION_FAILED, failure.code)
        assertEquals(4, tries)
        assertEquals(listOf(250L, 500L, 1000L), pauses)
        assertEquals(List(4) { "strongbox" }, attempts(failure).map { (it as Map<*, *>)["level"] })
        assertEquals(emptySet<String>(), ModelPhone.entries.keys)
    }

    @Test
    @Config(sdk = [35])
    fun `ends with StrongBox where that was busy for a moment`() {
        var tries = 0
        ModelPhone.beforeGeneration = { if (tries++ < 2) throw Platform.generationFailed(-48) }
        val climb = keys().generate(request(), all)
        assertEquals(KeyLevel.STRONGBOX, climb.key.level)
        assertEquals(listOf(false, false, true), climb.attempts.map { it["ok"] })
        assertEquals(listOf(250L, 500L), pauses)
    }

    @Test
    @Config(sdk = [35])
    fun `takes a busy backend for a moment’s weakness`() {
        ModelPhone.beforeGeneration = { throw BackendBusyException(5) }
        val failure = assertThrows(ProbeFailure::class.java) { keys().generate(request(), all) }
        assertEquals(4, attempts(failure).size)
        assertEquals(emptySet<String>(), ModelPhone.entries.keys)
    }

    @Test
    @Config(sdk = [35])
    fun `waits for remote provisioning that can still come, and goes on where the server refuses`() {
        val tries = HashMap<Int, Int>()
        for (status in listOf(TEMPORARILY_UNAVAILABLE, SERVER_REFUSED, PENDING_CONNECTIVITY)) {
            strongBoxFails {
                tries.merge(status, 1, Int::plus)
                ProviderException("Failed to provision new attestation keys.", KeyStoreException(OUT_OF_KEYS, "out of keys", status))
            }
            val level = runCatching { keys().generate(request(), hardware).key.level }.getOrNull()
            assertEquals(if (status == SERVER_REFUSED) KeyLevel.TEE else null, level)
        }
        assertEquals(mapOf(TEMPORARILY_UNAVAILABLE to 4, SERVER_REFUSED to 1, PENDING_CONNECTIVITY to 4), tries)
    }

    @Test
    fun `makes a software key where all hardware fails and one was asked for`() {
        ModelPhone.beforeGeneration = { throw ProviderException("no hardware") }
        val climb = keys().generate(request(), all)
        assertEquals(KeyLevel.SOFTWARE, climb.key.level)
        assertNull(climb.key.attestationChain)
        assertEquals(3, climb.attempts.size)
        assertNotNull(keys().find("tls").private.encoded)
    }

    @Test
    fun `makes no software key where none was asked for`() {
        ModelPhone.beforeGeneration = { throw ProviderException("no hardware") }
        val failure = assertThrows(ProbeFailure::class.java) { keys().generate(request(), hardware) }
        assertEquals(2, attempts(failure).size)
        assertEquals(emptyList<String>(), keys().aliases())
    }

    @Test
    @Config(sdk = [28, 35])
    fun `reports failures of other classes of the platform`() {
        ModelPhone.beforeGeneration = {
            if (it.isStrongBoxBacked) throw InvalidAlgorithmParameterException("spec") else throw IllegalStateException("state")
        }
        val failure = assertThrows(ProbeFailure::class.java) { keys().generate(request(), hardware) }
        val exceptions = attempts(failure).map { (it as Map<*, *>)["exception"] }
        assertEquals(listOf("InvalidAlgorithmParameterException", "IllegalStateException"), exceptions)
    }

    @Test
    @Config(sdk = [28, 35])
    fun `reads the level back where StrongBox silently became the TEE`() {
        ModelPhone.levelOf = { ModelPhone.TEE }
        val climb = keys().generate(request(), hardware)
        assertEquals(KeyLevel.TEE, climb.key.level)
        assertEquals("strongbox", climb.attempts.single()["level"])
    }

    @Test
    fun `reads the level back on a phone without secure hardware`() {
        ModelPhone.levelOf = { ModelPhone.SOFTWARE }
        assertEquals(KeyLevel.SOFTWARE, keys().generate(request(), listOf(KeyLevel.TEE)).key.level)
    }

    @Test
    @Config(sdk = [28, 35])
    fun `hands over the attestation of the challenge, and none where there was no challenge`() {
        val challenge = ByteArray(32) { 7 }
        val attested = keys().generate(request(challenge), hardware).key
        val chain = attested.attestationChain.orEmpty().map { ProbeKeys.readCertificate(it) }
        assertEquals(2, chain.size)
        assertArrayEquals(attested.spki, chain.first().publicKey.encoded)
        assertEquals(ModelPhone.STRONGBOX, KeySecurity.attestedLevel(chain))
        assertNull(keys().generate(request(), hardware).key.attestationChain)
    }

    @Test
    @Config(sdk = [35])
    fun `asks for device properties where it shall, and does without where the phone refuses`() {
        val asked = ArrayList<Boolean>()
        ModelPhone.beforeGeneration = {
            asked += it.isDevicePropertiesAttestationIncluded
            if (it.isDevicePropertiesAttestationIncluded) throw Platform.generationFailed(-66)
        }
        val climb = keys(attestsDeviceProperties = true).generate(request(ByteArray(32)), hardware)
        assertEquals(listOf(true, false), asked)
        assertEquals(KeyLevel.STRONGBOX, climb.key.level)
        assertEquals(listOf("strongbox", "strongbox"), climb.attempts.map { it["level"] })
        assertEquals(-66, climb.attempts.first()["rawCode"])
    }

    @Test
    @Config(sdk = [28, 35])
    fun `leaves device properties alone where there is no challenge or no such function`() {
        ModelPhone.beforeGeneration = { if (Build.VERSION.SDK_INT >= 31) assertFalse(it.isDevicePropertiesAttestationIncluded) }
        val challenge = if (Build.VERSION.SDK_INT >= 31) null else ByteArray(32)
        assertEquals(1, keys(attestsDeviceProperties = true).generate(request(challenge), hardware).attempts.size)
    }

    @Test
    @Config(sdk = [28, 35])
    fun `makes RSA keys of 2048 bits`() {
        val climb = keys().generate(request(algorithm = KeyAlgorithm.RSA_2048), hardware)
        assertEquals(KeyLevel.STRONGBOX, climb.key.level)
        assertEquals("RSA", keys().find("tls").public.algorithm)
    }

    @Test
    fun `makes RSA keys in software`() {
        val climb = keys().generate(request(algorithm = KeyAlgorithm.RSA_2048), listOf(KeyLevel.SOFTWARE))
        assertEquals(KeyLevel.SOFTWARE, climb.key.level)
        assertEquals("RSA", keys().find("tls").private.algorithm)
    }

    @Test
    fun `leaves no key behind that it cannot describe`() {
        for (failure in listOf(InvalidKeySpecException("gone"), ProviderException("gone"), IllegalStateException("gone"))) {
            ModelPhone.beforeDescription = { throw failure }
            val refusal = assertThrows(ProbeFailure::class.java) { keys().generate(request(), hardware) }
            assertEquals(2, attempts(refusal).size)
            assertEquals(emptySet<String>(), ModelPhone.entries.keys)
        }
    }

    private companion object {
        const val OUT_OF_KEYS = 22

        // KeyStoreException's own numbers, which are hidden.
        const val TEMPORARILY_UNAVAILABLE = 1
        const val SERVER_REFUSED = 2
        const val PENDING_CONNECTIVITY = 3
    }
}
