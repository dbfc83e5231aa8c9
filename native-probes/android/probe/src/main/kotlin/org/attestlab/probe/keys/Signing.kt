package org.attestlab.probe.keys

import java.security.PrivateKey
import java.security.Signature

/** Signs with a key of the probe. */
object Signing {
    /** SHA-256: ECDSA in DER, RSA in PKCS#1 v1.5. A method of its own, so that hooks can stand here. */
    fun sign(
        key: PrivateKey,
        message: ByteArray,
    ): ByteArray {
        // No provider by name: only Keystore's own takes a key that has no encoded form.
        val algorithm = if (key.algorithm == KeyAlgorithm.RSA_2048.jca) "SHA256withRSA" else "SHA256withECDSA"
        return Signature.getInstance(algorithm).run {
            initSign(key)
            update(message)
            sign()
        }
    }
}
