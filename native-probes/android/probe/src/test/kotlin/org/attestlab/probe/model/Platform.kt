package org.attestlab.probe.model

import android.security.KeyStoreException
import android.security.keystore.KeyInfo
import android.security.keystore.StrongBoxUnavailableException
import org.robolectric.util.ReflectionHelpers
import java.security.ProviderException

/** Objects that on a phone only the platform makes. */
internal object Platform {
    /** As `KeyStoreException` of the keystore; since API 33 it tells a public number of its own too. */
    fun keyStoreException(
        rawCode: Int,
        message: String,
    ): Exception = KeyStoreException(rawCode, message)

    /** The one failure of KeyMint that has an exception of its own. */
    fun strongBoxUnavailable(): RuntimeException =
        StrongBoxUnavailableException("Failed to generate key pair.", keyStoreException(-68, "Hardware type unavailable"))

    /** Any other failure of KeyMint. */
    fun generationFailed(rawCode: Int): RuntimeException =
        ProviderException("Failed to generate key pair.", keyStoreException(rawCode, "keystore error $rawCode"))

    fun keyInfo(securityLevel: Int): KeyInfo {
        val info = ReflectionHelpers.callConstructor(KeyInfo::class.java)
        ReflectionHelpers.setField(info, "mInsideSecureHardware", securityLevel != ModelPhone.SOFTWARE)
        if (ReflectionHelpers.hasField(KeyInfo::class.java, "mSecurityLevel")) {
            ReflectionHelpers.setField(info, "mSecurityLevel", securityLevel)
        }
        return info
    }
}
