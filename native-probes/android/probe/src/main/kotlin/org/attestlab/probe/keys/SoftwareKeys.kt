package org.attestlab.probe.keys

import org.attestlab.probe.ProbeStore
import org.attestlab.probe.protocol.Base64Url
import java.security.KeyFactory
import java.security.KeyPairGenerator
import java.security.PrivateKey
import java.security.PublicKey
import java.security.spec.ECGenParameterSpec
import java.security.spec.PKCS8EncodedKeySpec
import java.security.spec.X509EncodedKeySpec

/** The last rung: keys in the app's own storage, which whoever reads it can copy. */
internal class SoftwareKeys(
    private val store: ProbeStore,
) : KeyMaker {
    override fun make(request: KeyRequest): GeneratedKey {
        val generator = KeyPairGenerator.getInstance(request.algorithm.jca)
        when (request.algorithm) {
            KeyAlgorithm.EC_P256 -> generator.initialize(ECGenParameterSpec("secp256r1"))
            KeyAlgorithm.RSA_2048 -> generator.initialize(RSA_BITS)
        }
        val pair = generator.generateKeyPair()
        val record =
            listOf(
                request.algorithm.jca,
                Base64Url.encode(pair.private.encoded),
                Base64Url.encode(pair.public.encoded),
            )
        store.set(PREFIX + request.alias, record.joinToString(" "))
        return GeneratedKey(KeyLevel.SOFTWARE, pair.public.encoded, attestationChain = null)
    }

    fun aliases(): List<String> = store.names(PREFIX).map { it.removePrefix(PREFIX) }

    fun find(alias: String): Pair<PrivateKey, PublicKey>? {
        val (algorithm, private, public) = store.get(PREFIX + alias)?.split(' ') ?: return null
        val factory = KeyFactory.getInstance(algorithm)
        return Pair(
            factory.generatePrivate(PKCS8EncodedKeySpec(Base64Url.decode(private))),
            factory.generatePublic(X509EncodedKeySpec(Base64Url.decode(public))),
        )
    }

    fun delete(alias: String) = store.remove(PREFIX + alias)

    private companion object {
        const val PREFIX = "software-key:"
        const val RSA_BITS = 2048
    }
}
