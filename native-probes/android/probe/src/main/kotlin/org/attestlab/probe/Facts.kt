package org.attestlab.probe

import android.app.KeyguardManager
import android.content.Context
import android.content.pm.PackageInfo
import android.content.pm.PackageManager
import android.content.pm.Signature
import android.os.Build
import org.attestlab.probe.protocol.hex
import org.attestlab.probe.protocol.sha256
import java.io.File
import java.io.IOException

/** What the phone and the probe say of themselves: claims, never evidence. */
class Facts(
    private val context: Context,
    private val property: (String) -> String? = { systemProperty(it) },
    private val exists: (String) -> Boolean = { File(it).exists() },
    private val clock: Clock = Clock(),
) {
    fun collect(): Map<String, Any?> =
        linkedMapOf(
            "platform" to "android",
            "virtual" to isVirtual(),
            "model" to Build.MODEL,
            "osVersion" to Build.VERSION.RELEASE,
            "apiLevel" to Build.VERSION.SDK_INT,
            "securityPatch" to Build.VERSION.SECURITY_PATCH.takeIf { PATCH.matches(it) },
            "features" to FEATURES.filter { context.packageManager.hasSystemFeature(it) },
            "featureVersions" to featureVersions(),
            "bootProperties" to BOOT_PROPERTIES.mapNotNull { name -> property(name)?.let { name to it } }.toMap(),
            "rootHints" to rootHints(),
            "passcodeSet" to (context.getSystemService(Context.KEYGUARD_SERVICE) as KeyguardManager).isDeviceSecure,
            "appAttestSupported" to false,
            "deviceTimeMs" to clock.nowMs(),
            "probe" to identity(),
        )

    /** The version code, as the protocol's `build`. */
    fun build(): String = versionCode(packageInfo(0)).toString()

    private fun identity(): Map<String, Any?> {
        val info = packageInfo(0)
        return linkedMapOf(
            "package" to context.packageName,
            "version" to info.versionName.orEmpty(),
            "build" to versionCode(info).toString(),
            "signerDigests" to signers().map { hex(sha256(it.toByteArray())) },
            "teamId" to null,
        )
    }

    // What vendors give no version has version 0.
    private fun featureVersions(): Map<String, Int> =
        context.packageManager.systemAvailableFeatures
            .orEmpty()
            .filter { it.name in FEATURES && it.version > 0 }
            .associate { it.name to it.version }

    private fun rootHints(): List<String> {
        val tags = if (Build.TAGS.orEmpty().contains("test-keys")) listOf("ro.build.tags=test-keys") else emptyList()
        return ROOT_PATHS.filter(exists) + tags
    }

    private fun isVirtual() = Build.HARDWARE in EMULATORS || Build.FINGERPRINT == "robolectric"

    private fun packageInfo(flags: Int): PackageInfo = context.packageManager.getPackageInfo(context.packageName, flags)

    @GuardedApi
    private fun versionCode(info: PackageInfo): Long {
        @Suppress("DEPRECATION") // The only one before API 28.
        return if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) info.longVersionCode else info.versionCode.toLong()
    }

    @GuardedApi
    private fun signers(): List<Signature> {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) {
            return packageInfo(PackageManager.GET_SIGNING_CERTIFICATES)
                .signingInfo
                ?.apkContentsSigners
                .orEmpty()
                .toList()
        }
        @Suppress("DEPRECATION") // The only one before API 28.
        return packageInfo(PackageManager.GET_SIGNATURES).signatures.orEmpty().toList()
    }

    companion object {
        private val PATCH = Regex("\\d{4}-\\d{2}-\\d{2}")
        private val FEATURES =
            listOf(
                "android.hardware.strongbox_keystore",
                "android.hardware.hardware_keystore",
                "android.hardware.keystore.app_attest_key",
            )
        private val BOOT_PROPERTIES =
            listOf(
                "ro.boot.verifiedbootstate",
                "ro.boot.flash.locked",
                "ro.boot.vbmeta.device_state",
                "ro.vendor.build.security_patch",
            )
        private val ROOT_PATHS = listOf("/system/bin/su", "/system/xbin/su", "/sbin/su", "/system/app/Superuser.apk", "/data/adb/magisk")

        // What the official emulator, its predecessor and Cuttlefish call their hardware.
        private val EMULATORS = setOf("ranchu", "goldfish", "cutf_cvm")

        /** A property as the shell's own command shows it: SystemProperties is no public API. */
        private fun systemProperty(name: String): String? =
            try {
                val process = ProcessBuilder("getprop", name).redirectErrorStream(true).start()
                process.outputStream.close()
                process.inputStream
                    .bufferedReader()
                    .use { it.readLine() }
                    ?.trim()
                    ?.ifEmpty { null }
            } catch (_: IOException) {
                null
            }
    }
}
