package org.attestlab.probe.model

import java.security.InvalidKeyException
import java.security.PrivateKey
import java.security.Provider
import java.security.PublicKey
import java.security.Signature
import java.security.SignatureSpi

internal class ModelSignatureProvider : Provider(ModelPhone.SIGNER, "1.0", "signatures of the model") {
    init {
        for ((name, type) in SIGNATURES) {
            put("Signature.$name", type.name)
            put("Signature.$name SupportedKeyClasses", ModelEcKey::class.java.name + "|" + ModelRsaKey::class.java.name)
        }
    }

    private companion object {
        val SIGNATURES =
            mapOf(
                "NONEwithECDSA" to NoneWithEcdsa::class.java,
                "SHA1withECDSA" to Sha1WithEcdsa::class.java,
                "SHA256withECDSA" to Sha256WithEcdsa::class.java,
                "SHA384withECDSA" to Sha384WithEcdsa::class.java,
                "SHA512withECDSA" to Sha512WithEcdsa::class.java,
                "SHA256withRSA" to Sha256WithRsa::class.java,
            )
    }
}

/** A key refuses a digest that it was not made for, as KeyMint does, with -13. */
internal abstract class ModelSignature(
    private val digest: String,
    private val name: String,
) : SignatureSpi() {
    private lateinit var signature: Signature

    override fun engineInitSign(privateKey: PrivateKey) {
        if (privateKey !is ModelPrivateKey) throw InvalidKeyException("no key of the model")
        ModelPhone.hardware.admit(privateKey, digest)
        ModelPhone.asked += name
        if (digest !in privateKey.digests) {
            throw InvalidKeyException("Keystore operation failed", Platform.keyStoreException(-13, "Incompatible digest"))
        }
        signature = Signature.getInstance(name).apply { initSign(privateKey.inner) }
    }

    override fun engineInitVerify(publicKey: PublicKey) = throw InvalidKeyException("the model does not verify")

    override fun engineUpdate(b: Byte) = signature.update(b)

    override fun engineUpdate(
        b: ByteArray,
        off: Int,
        len: Int,
    ) = signature.update(b, off, len)

    override fun engineSign(): ByteArray = signature.sign()

    override fun engineVerify(sigBytes: ByteArray) = throw UnsupportedOperationException()

    @Deprecated("Deprecated in Java")
    override fun engineSetParameter(
        param: String,
        value: Any?,
    ) = throw UnsupportedOperationException()

    @Deprecated("Deprecated in Java")
    override fun engineGetParameter(param: String): Any = throw UnsupportedOperationException()
}

internal class NoneWithEcdsa : ModelSignature("NONE", "NONEwithECDSA")

internal class Sha1WithEcdsa : ModelSignature("SHA-1", "SHA1withECDSA")

internal class Sha256WithEcdsa : ModelSignature("SHA-256", "SHA256withECDSA")

internal class Sha384WithEcdsa : ModelSignature("SHA-384", "SHA384withECDSA")

internal class Sha512WithEcdsa : ModelSignature("SHA-512", "SHA512withECDSA")

internal class Sha256WithRsa : ModelSignature("SHA-256", "SHA256withRSA")
