package org.attestlab.probe.phone

import android.os.Build
import android.security.KeyStoreException
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import android.security.keystore.StrongBoxUnavailableException
import android.security.keystore.UserNotAuthenticatedException
import org.attestlab.probe.model.Certified
import org.attestlab.probe.model.ModelAttester
import org.attestlab.probe.model.ModelPhone
import org.attestlab.probe.model.ModelPrivateKey
import org.attestlab.probe.model.Platform
import org.attestlab.probe.model.SecureHardware
import org.attestlab.probe.protocol.Base64Url
import java.security.InvalidKeyException
import java.security.ProviderException
import java.security.PublicKey
import java.security.cert.CertificateFactory
import java.security.cert.X509Certificate

/**
 * Asks the virtual phone's secure hardware, which decides where a key lives, whether it may be used,
 * and what is attested of it. Only public keys and certificates travel; the private ones are in the
 * AndroidKeyStore of this process.
 */
internal class PhoneHardware(
    private val line: PhoneLine,
) : SecureHardware {
    // What Android puts in the place of an attestation that nobody asked for: a certificate without worth.
    private val unattested = ModelAttester()

    override fun certify(
        spec: KeyGenParameterSpec,
        key: PublicKey,
    ): Certified {
        val challenge = spec.attestationChallenge
        val answer =
            asking {
                line.ask(
                    "keys/certify",
                    mapOf(
                        "level" to if (isStrongBoxBacked(spec)) "strongbox" else "tee",
                        "algorithm" to if (key.algorithm == "RSA") "rsa-2048" else "ec-p256",
                        "digests" to spec.digests.map { checkNotNull(DIGESTS[it]) { "no digest $it" } },
                        "challenge" to challenge?.let { Base64Url.encode(it) },
                        "spki" to Base64Url.encode(key.encoded),
                    ),
                )
            }
        val level = LEVELS.getValue(answer["level"] as String)
        val chain = certificates(answer["chain"] as? List<*>) ?: unattested.attest(key, null, level)
        return Certified(level, chain)
    }

    override fun admit(
        key: ModelPrivateKey,
        digest: String,
    ) {
        // The phone knows two digests; a key is made for no other, and the keystore says so itself.
        val name = DIGESTS[digest] ?: return
        val level = LEVELS.entries.first { (_, value) -> value == key.securityLevel }.key
        val digests = key.digests.mapNotNull { DIGESTS[it] }
        asking { line.ask("keys/admit", mapOf("level" to level, "digests" to digests, "digest" to name)) }
    }

    private fun isStrongBoxBacked(spec: KeyGenParameterSpec) = Build.VERSION.SDK_INT >= Build.VERSION_CODES.P && spec.isStrongBoxBacked

    private fun asking(ask: () -> Map<String, Any?>): Map<String, Any?> =
        try {
            ask()
        } catch (refusal: PhoneRefusal) {
            throw exceptionOf(refusal.said)
        }

    /** What Android throws for a failure that the phone names by exception and internal code. */
    private fun exceptionOf(said: Map<String, Any?>): Exception {
        val message = said["message"] as String
        val cause = (said["rawCode"] as? Long)?.let { keyStoreException(it.toInt(), isTransient = said["transient"] == true) }
        return when (said["exception"]) {
            "StrongBoxUnavailableException" -> StrongBoxUnavailableException(message, cause)
            "UserNotAuthenticatedException" -> UserNotAuthenticatedException()
            "InvalidKeyException" -> InvalidKeyException(message, cause)
            "ProviderException" -> ProviderException(message, cause)
            // No failure of a keystore: the probe must not take it for one.
            else -> UnsupportedOperationException(message)
        }
    }

    private fun keyStoreException(
        rawCode: Int,
        isTransient: Boolean,
    ): Exception {
        val isJudged = rawCode == OUT_OF_KEYS && Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU
        if (!isJudged) return Platform.keyStoreException(rawCode, "keystore error $rawCode")
        // Of this code alone the platform judges by how remote key provisioning went.
        val status = if (isTransient) KeyStoreException.RKP_TEMPORARILY_UNAVAILABLE else KeyStoreException.RKP_SERVER_REFUSED_ISSUANCE
        return KeyStoreException(rawCode, "out of attestation keys", status)
    }

    companion object {
        private const val OUT_OF_KEYS = 22
        private val DIGESTS = mapOf(KeyProperties.DIGEST_NONE to "none", KeyProperties.DIGEST_SHA256 to "sha256")
        private val LEVELS = mapOf("software" to ModelPhone.SOFTWARE, "tee" to ModelPhone.TEE, "strongbox" to ModelPhone.STRONGBOX)

        /** Certificates as the phone hands them out; null where it has none. */
        fun certificates(texts: List<*>?): List<X509Certificate>? {
            val factory = CertificateFactory.getInstance("X.509")
            return texts?.map { factory.generateCertificate(Base64Url.decode(it as String)?.inputStream()) as X509Certificate }
        }
    }
}
