package org.attestlab.probe.keys

import android.os.Build
import android.security.keystore.KeyInfo
import android.security.keystore.KeyProperties
import org.attestlab.probe.GuardedApi
import java.security.KeyFactory
import java.security.PrivateKey
import java.security.cert.X509Certificate

/** Reads back where a keystore key lives. */
internal object KeySecurity {
    private const val ATTESTATION_EXTENSION = "1.3.6.1.4.1.11129.2.1.17"

    /** KeyDescription's fourth field is keymasterSecurityLevel, an ENUMERATED of this value. */
    private const val ATTESTED_STRONGBOX = 2
    private const val LEVEL_FIELD = 3

    fun levelOf(
        key: PrivateKey,
        chain: List<X509Certificate>,
    ): KeyLevel {
        val info = KeyFactory.getInstance(key.algorithm, KEYSTORE).getKeySpec(key, KeyInfo::class.java)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) return publishedLevel(info)
        @Suppress("DEPRECATION") // The only answer before API 31; it cannot tell StrongBox from TEE.
        if (!info.isInsideSecureHardware) return KeyLevel.SOFTWARE
        return if (attestedLevel(chain) == ATTESTED_STRONGBOX) KeyLevel.STRONGBOX else KeyLevel.TEE
    }

    @GuardedApi
    private fun publishedLevel(info: KeyInfo): KeyLevel =
        when (info.securityLevel) {
            KeyProperties.SECURITY_LEVEL_STRONGBOX -> KeyLevel.STRONGBOX
            KeyProperties.SECURITY_LEVEL_TRUSTED_ENVIRONMENT,
            KeyProperties.SECURITY_LEVEL_UNKNOWN_SECURE,
            -> KeyLevel.TEE
            else -> KeyLevel.SOFTWARE
        }

    /** The level that the attestation states; null where the leaf holds none. */
    fun attestedLevel(chain: List<X509Certificate>): Int? {
        val wrapped = chain.firstOrNull()?.getExtensionValue(ATTESTATION_EXTENSION) ?: return null
        return try {
            val description =
                DerFields(wrapped)
                    .next()
                    .inner()
                    .next()
                    .inner()
            repeat(LEVEL_FIELD) { description.next() }
            description
                .next()
                .content
                .singleOrNull()
                ?.toInt()
        } catch (_: IndexOutOfBoundsException) {
            null
        } catch (_: IllegalArgumentException) {
            null
        }
    }

    /** Reads one DER field after another, with tags of one byte, as KeyDescription begins. */
    private class DerFields(
        val content: ByteArray,
    ) {
        private var at = 0

        fun inner() = DerFields(content)

        fun next(): DerFields {
            at += 1
            val first = content[at++].toInt() and BYTE
            var size = first
            if (first >= LONG_FORM) {
                size = 0
                repeat(first - LONG_FORM) { size = size * BYTE_VALUES + (content[at++].toInt() and BYTE) }
            }
            val field = content.copyOfRange(at, at + size)
            require(at + size <= content.size) { "a field ends past its parent" }
            at += size
            return DerFields(field)
        }
    }

    private const val BYTE = 0xff
    private const val BYTE_VALUES = 0x100
    private const val LONG_FORM = 0x80
}
