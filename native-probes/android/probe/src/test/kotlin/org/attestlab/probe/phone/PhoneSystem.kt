package org.attestlab.probe.phone

import android.app.KeyguardManager
import android.content.Context
import android.content.pm.FeatureInfo
import android.os.Build
import org.attestlab.probe.Facts
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowBuild
import org.robolectric.util.ReflectionHelpers

/** What the virtual phone's system tells an app, put where apps look for it. */
internal class PhoneSystem(
    private val context: Context,
    private val device: Map<String, Any?>,
) {
    fun install() {
        ShadowBuild.setModel(text("model"))
        ShadowBuild.setVersionRelease(text("osVersion"))
        ShadowBuild.setVersionSecurityPatch(text("securityPatch"))
        // Robolectric's older builds say "test-keys", which would be a sign of root.
        ShadowBuild.setTags("release-keys")
        // The classes stay those of the API level that Robolectric runs.
        ReflectionHelpers.setStaticField(Build.VERSION::class.java, "SDK_INT", (device["apiLevel"] as Long).toInt())
        System.setProperty("http.agent", "Dalvik/2.1.0 (Linux; U; Android ${text("osVersion")}; ${text("model")})")
        val versions = device["featureVersions"] as Map<*, *>
        for (feature in device["features"] as List<*>) addFeature(feature as String, versions[feature] as Long)
        val keyguard = context.getSystemService(Context.KEYGUARD_SERVICE) as KeyguardManager
        shadowOf(keyguard).setIsDeviceSecure(device["passcodeSet"] as Boolean)
    }

    private fun addFeature(
        feature: String,
        number: Long,
    ) {
        val packages = shadowOf(context.packageManager)
        packages.setSystemFeature(feature, true)
        packages.addSystemAvailableFeature(
            FeatureInfo().apply {
                name = feature
                version = number.toInt()
            },
        )
    }

    /** The probe's own facts, over the properties and files of the phone. */
    fun facts(time: PhoneTime): Facts {
        val properties = device["bootProperties"] as Map<*, *>
        val files = device["rootHints"] as List<*>
        return Facts(context, { properties[it] as? String }, { it in files }, time.clock)
    }

    private fun text(name: String) = device[name] as String
}
