package org.attestlab.probe.model

import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyInfo
import java.io.InputStream
import java.io.OutputStream
import java.security.InvalidKeyException
import java.security.Key
import java.security.KeyFactorySpi
import java.security.KeyPair
import java.security.KeyPairGenerator
import java.security.KeyPairGeneratorSpi
import java.security.KeyStoreSpi
import java.security.PrivateKey
import java.security.Provider
import java.security.ProviderException
import java.security.PublicKey
import java.security.SecureRandom
import java.security.cert.Certificate
import java.security.cert.X509Certificate
import java.security.interfaces.ECKey
import java.security.interfaces.ECPrivateKey
import java.security.interfaces.RSAKey
import java.security.interfaces.RSAPrivateKey
import java.security.spec.AlgorithmParameterSpec
import java.security.spec.ECGenParameterSpec
import java.security.spec.InvalidKeySpecException
import java.security.spec.KeySpec
import java.util.Collections
import java.util.Date
import java.util.Enumeration

/** Opaque, as on a phone: it has no encoded form, so JCA must route its use to the model. */
internal abstract class ModelPrivateKey(
    val inner: PrivateKey,
    val digests: Set<String>,
    val securityLevel: Int,
) : PrivateKey {
    override fun getAlgorithm(): String = inner.algorithm

    override fun getFormat(): String? = null

    override fun getEncoded(): ByteArray? = null
}

internal class ModelEcKey(
    private val key: ECPrivateKey,
    digests: Set<String>,
    securityLevel: Int,
) : ModelPrivateKey(key, digests, securityLevel),
    ECKey {
    override fun getParams() = key.params
}

internal class ModelRsaKey(
    private val key: RSAPrivateKey,
    digests: Set<String>,
    securityLevel: Int,
) : ModelPrivateKey(key, digests, securityLevel),
    RSAKey {
    override fun getModulus() = key.modulus
}

internal class ModelKeyStoreProvider : Provider(ModelPhone.KEYSTORE, "1.0", "model of Android Keystore") {
    init {
        put("KeyPairGenerator.EC", EcGenerator::class.java.name)
        put("KeyPairGenerator.RSA", RsaGenerator::class.java.name)
        put("KeyStore.AndroidKeyStore", ModelKeyStore::class.java.name)
        put("KeyFactory.EC", ModelKeyFactory::class.java.name)
        put("KeyFactory.RSA", ModelKeyFactory::class.java.name)
    }
}

internal abstract class ModelGenerator(
    private val algorithm: String,
) : KeyPairGeneratorSpi() {
    private lateinit var spec: KeyGenParameterSpec

    override fun initialize(
        keysize: Int,
        random: SecureRandom?,
    ) = throw ProviderException("keys are made by KeyGenParameterSpec")

    override fun initialize(
        params: AlgorithmParameterSpec,
        random: SecureRandom?,
    ) {
        spec = params as KeyGenParameterSpec
    }

    override fun generateKeyPair(): KeyPair {
        ModelPhone.beforeGeneration(spec)
        val generator = KeyPairGenerator.getInstance(algorithm)
        if (algorithm == "EC") generator.initialize(ECGenParameterSpec("secp256r1")) else generator.initialize(spec.keySize)
        val pair = generator.generateKeyPair()
        val certified = ModelPhone.hardware.certify(spec, pair.public)
        val level = certified.securityLevel
        val digests = spec.digests.toSet()
        val private = pair.private
        val key =
            if (private is ECPrivateKey) ModelEcKey(private, digests, level) else ModelRsaKey(private as RSAPrivateKey, digests, level)
        ModelPhone.entries[spec.keystoreAlias] = ModelEntry(key, certified.chain.toTypedArray())
        return KeyPair(pair.public, key)
    }
}

internal class EcGenerator : ModelGenerator("EC")

internal class RsaGenerator : ModelGenerator("RSA")

/** Answers what KeyInfo of a key says. */
internal class ModelKeyFactory : KeyFactorySpi() {
    override fun <T : KeySpec> engineGetKeySpec(
        key: Key,
        keySpec: Class<T>,
    ): T {
        ModelPhone.beforeDescription()
        val entry = ModelPhone.entries.values.firstOrNull { it.key === key } ?: throw InvalidKeySpecException("no key of the model")
        if (keySpec != KeyInfo::class.java) throw InvalidKeySpecException("keys of the model tell only their KeyInfo")
        return keySpec.cast(Platform.keyInfo(entry.key.securityLevel))
    }

    override fun engineGeneratePublic(keySpec: KeySpec): PublicKey = throw InvalidKeySpecException("no import")

    override fun engineGeneratePrivate(keySpec: KeySpec): PrivateKey = throw InvalidKeySpecException("no import")

    override fun engineTranslateKey(key: Key): Key = throw InvalidKeyException("no import")
}

internal class ModelKeyStore : KeyStoreSpi() {
    private val entries get() = ModelPhone.entries

    override fun engineGetKey(
        alias: String,
        password: CharArray?,
    ): Key? = entries[alias]?.key

    override fun engineGetCertificateChain(alias: String): Array<out Certificate>? = entries[alias]?.chain

    override fun engineGetCertificate(alias: String): Certificate? = entries[alias]?.chain?.first()

    override fun engineGetCreationDate(alias: String): Date? = entries[alias]?.let { Date(0) }

    override fun engineSetKeyEntry(
        alias: String,
        key: Key,
        password: CharArray?,
        chain: Array<out Certificate>?,
    ) {
        val entry = entries.getValue(alias)
        check(entry.key === key) { "the model imports no keys" }
        entry.chain = chain.orEmpty().map { it as X509Certificate }.toTypedArray()
    }

    override fun engineSetKeyEntry(
        alias: String,
        key: ByteArray,
        chain: Array<out Certificate>?,
    ) = throw UnsupportedOperationException()

    override fun engineSetCertificateEntry(
        alias: String,
        cert: Certificate,
    ) = throw UnsupportedOperationException()

    override fun engineDeleteEntry(alias: String) {
        entries.remove(alias)
    }

    override fun engineAliases(): Enumeration<String> = Collections.enumeration(entries.keys.toList())

    override fun engineContainsAlias(alias: String) = alias in entries

    override fun engineSize() = entries.size

    override fun engineIsKeyEntry(alias: String) = alias in entries

    override fun engineIsCertificateEntry(alias: String) = false

    override fun engineGetCertificateAlias(cert: Certificate): String? = entries.entries.firstOrNull { it.value.chain.first() == cert }?.key

    override fun engineStore(
        stream: OutputStream?,
        password: CharArray?,
    ) = throw UnsupportedOperationException()

    override fun engineLoad(
        stream: InputStream?,
        password: CharArray?,
    ) = Unit
}
