package org.attestlab.probe

import android.content.pm.FeatureInfo
import android.os.Build
import org.junit.Assert.assertEquals
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowBuild

@RunWith(RobolectricTestRunner::class)
class FactsTest {
    private val context = RuntimeEnvironment.getApplication()
    private val features = shadowOf(context.packageManager)

    private fun facts(
        property: (String) -> String? = { null },
        exists: (String) -> Boolean = { false },
    ) = Facts(context, property, exists).collect()

    @Test
    fun `names the features that say something of keys`() {
        assertEquals(emptyList<String>(), facts()["features"])
        features.setSystemFeature("android.hardware.strongbox_keystore", true)
        features.setSystemFeature("android.hardware.camera", true)
        assertEquals(listOf("android.hardware.strongbox_keystore"), facts()["features"])
    }

    @Test
    fun `tells the versions of those features that have one`() {
        assertEquals(emptyMap<String, Int>(), facts()["featureVersions"])
        for ((name, number) in listOf(
            "android.hardware.hardware_keystore" to 300,
            "android.hardware.strongbox_keystore" to 40,
            "android.hardware.keystore.app_attest_key" to 0,
            "android.hardware.vulkan.version" to 1,
        )) {
            features.addSystemAvailableFeature(
                FeatureInfo().apply {
                    this.name = name
                    version = number
                },
            )
        }
        assertEquals(
            mapOf("android.hardware.hardware_keystore" to 300, "android.hardware.strongbox_keystore" to 40),
            facts()["featureVersions"],
        )
    }

    @Test
    fun `names what it can read of the boot state`() {
        val boot = facts(property = { if (it == "ro.boot.verifiedbootstate") "green" else null })["bootProperties"]
        assertEquals(mapOf("ro.boot.verifiedbootstate" to "green"), boot)
        assertEquals(emptyMap<String, String>(), Facts(context).collect()["bootProperties"])
    }

    @Test
    fun `names signs of a rooted system`() {
        ShadowBuild.setTags("release-keys")
        assertEquals(emptyList<String>(), facts()["rootHints"])
        ShadowBuild.setTags("test-keys")
        assertEquals(listOf("/system/xbin/su", "ro.build.tags=test-keys"), facts(exists = { it == "/system/xbin/su" })["rootHints"])
    }

    @Test
    fun `says of a model that it is one`() {
        assertEquals(true, facts()["virtual"])
        ShadowBuild.setFingerprint("maker/phone/phone:15/1/1:user/release-keys")
        assertEquals(false, facts()["virtual"])
        ShadowBuild.setHardware("ranchu")
        assertEquals(true, facts()["virtual"])
    }

    @Test
    fun `names the phone, and the app with its signers`() {
        val facts = facts()
        assertEquals(Build.VERSION.SDK_INT, facts["apiLevel"])
        assertEquals(Build.MODEL, facts["model"])
        assertEquals(1L, Facts(context, clock = Clock(nowMs = { 1L })).collect()["deviceTimeMs"])
        val probe = facts["probe"] as Map<*, *>
        assertEquals("org.attestlab.probe", probe["package"])
        assertEquals("1.0.0" to "1", probe["version"] to probe["build"])
    }
}
