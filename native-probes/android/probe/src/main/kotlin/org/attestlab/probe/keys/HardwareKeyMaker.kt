package org.attestlab.probe.keys

import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import org.attestlab.probe.GuardedApi
import java.security.GeneralSecurityException
import java.security.KeyPairGenerator
import java.security.KeyStore
import java.security.PrivateKey
import java.security.SecureRandom
import java.security.cert.X509Certificate
import java.security.spec.ECGenParameterSpec

/** The platform's keystore. */
internal const val KEYSTORE = "AndroidKeyStore"

/** Makes keys in Android Keystore. */
internal class HardwareKeyMaker(
    private val level: KeyLevel,
    private val storeAlias: (String) -> String,
    /** Asks for brand, device and model in the attestation (API 31), which phones may refuse. */
    private val attestsDeviceProperties: Boolean = false,
) : KeyMaker {
    override fun make(request: KeyRequest): GeneratedKey {
        if (level == KeyLevel.STRONGBOX && Build.VERSION.SDK_INT < Build.VERSION_CODES.P) {
            throw GeneralSecurityException("StrongBox came with API 28")
        }
        val alias = storeAlias(request.alias)
        val challenge = request.challenge ?: levelProof()
        val generator = KeyPairGenerator.getInstance(request.algorithm.jca, KEYSTORE)
        generator.initialize(specification(alias, request, challenge))
        generator.generateKeyPair()
        val store = KeyStore.getInstance(KEYSTORE).apply { load(null) }
        var isDescribed = false
        try {
            val described = describe(store, alias, request)
            isDescribed = true
            return described
        } finally {
            if (!isDescribed) store.deleteEntry(alias) // Nobody would know of it.
        }
    }

    private fun describe(
        store: KeyStore,
        alias: String,
        request: KeyRequest,
    ): GeneratedKey {
        val chain = attestationChain(store, alias)
        return GeneratedKey(
            level = KeySecurity.levelOf(store.getKey(alias, null) as PrivateKey, chain),
            spki = chain.first().publicKey.encoded,
            attestationChain = if (request.challenge == null) null else chain.map { it.encoded },
        )
    }

    /** The chain that the platform has for a key; a method of its own, so that hooks can stand here. */
    fun attestationChain(
        store: KeyStore,
        alias: String,
    ): List<X509Certificate> = store.getCertificateChain(alias).map { it as X509Certificate }

    // From API 28 to 30 nothing but an attestation tells StrongBox from TEE, whoever asked for one.
    private fun levelProof(): ByteArray? {
        if (level != KeyLevel.STRONGBOX || Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) return null
        return ByteArray(LEVEL_PROOF_BYTES).also { SecureRandom().nextBytes(it) }
    }

    @GuardedApi
    private fun specification(
        alias: String,
        request: KeyRequest,
        challenge: ByteArray?,
    ): KeyGenParameterSpec {
        val builder =
            KeyGenParameterSpec
                .Builder(alias, KeyProperties.PURPOSE_SIGN)
                .setDigests(*request.digests.toTypedArray())
        when (request.algorithm) {
            KeyAlgorithm.EC_P256 -> builder.setAlgorithmParameterSpec(ECGenParameterSpec("secp256r1"))
            KeyAlgorithm.RSA_2048 ->
                builder.setKeySize(RSA_BITS).setSignaturePaddings(KeyProperties.SIGNATURE_PADDING_RSA_PKCS1)
        }
        if (challenge != null) builder.setAttestationChallenge(challenge)
        if (level == KeyLevel.STRONGBOX) builder.setIsStrongBoxBacked(true)
        if (attestsDeviceProperties) builder.setDevicePropertiesAttestationIncluded(true)
        return builder.build()
    }

    private companion object {
        const val RSA_BITS = 2048
        const val LEVEL_PROOF_BYTES = 32
    }
}
