package org.attestlab.probe.keys

import android.os.Build
import org.attestlab.probe.ProbeStore
import org.attestlab.probe.protocol.Base64Url
import org.attestlab.probe.protocol.ErrorCode
import org.attestlab.probe.protocol.ProbeFailure
import java.security.KeyStore
import java.security.PrivateKey
import java.security.PublicKey
import java.security.cert.CertificateException
import java.security.cert.CertificateFactory
import java.security.cert.X509Certificate

/** A key of the probe. */
class ProbeKey(
    val private: PrivateKey,
    val public: PublicKey,
)

/** A client certificate with its key. */
class ClientIdentity(
    val key: PrivateKey,
    /** Leaf first. */
    val chain: List<X509Certificate>,
)

/**
 * The probe's keys, by alias, in Android Keystore and (on the last rung) in the app's own storage.
 * In Keystore they have a prefix of their own: an app may hold the probe beside keys of its own.
 */
class ProbeKeys(
    private val store: ProbeStore,
    private val attestsDeviceProperties: Boolean,
    private val ladder: ((KeyLevel, KeyRequest) -> List<KeyMaker>) -> KeyLadder = { KeyLadder(it) },
) {
    private val software = SoftwareKeys(store)

    fun generate(
        request: KeyRequest,
        rungs: List<KeyLevel>,
    ): Climb {
        val climb = ladder { level, wanted -> makers(level, wanted) }.climb(request, rungs)
        val alias = request.alias
        // One key an alias: what was elsewhere under this name, and its certificates, are gone.
        val isHardware = keystore().containsAlias(hardwareAlias(alias))
        if (climb.attempts.last()["level"] == KeyLevel.SOFTWARE.text) {
            if (isHardware) keystore().deleteEntry(hardwareAlias(alias))
        } else {
            software.delete(alias)
        }
        store.remove(CERTIFICATES + alias, ATTESTATION + alias)
        return climb
    }

    fun aliases(): List<String> {
        val hardware =
            keystore()
                .aliases()
                .asSequence()
                .filter { it.startsWith(PREFIX) }
                .map { it.removePrefix(PREFIX) }
        return (hardware + software.aliases()).distinct().sorted().toList()
    }

    fun find(alias: String): ProbeKey {
        software.find(alias)?.let { (private, public) -> return ProbeKey(private, public) }
        val keystore = keystore()
        val key = keystore.getKey(hardwareAlias(alias), null) as? PrivateKey
        val certificate = keystore.getCertificate(hardwareAlias(alias))
        if (key == null || certificate == null) {
            throw ProbeFailure(ErrorCode.KEY_NOT_FOUND, "no key has the alias $alias")
        }
        return ProbeKey(key, certificate.publicKey)
    }

    fun delete(alias: String): Boolean {
        val existed = alias in aliases()
        val keystore = keystore()
        if (keystore.containsAlias(hardwareAlias(alias))) keystore.deleteEntry(hardwareAlias(alias))
        software.delete(alias)
        store.remove(CERTIFICATES + alias, ATTESTATION + alias)
        return existed
    }

    fun deleteAll(): List<String> = aliases().onEach { delete(it) }

    /** Keeps a client certificate, leaf first, for the key that the leaf certifies. */
    fun install(
        alias: String,
        chain: List<X509Certificate>,
    ) {
        val key = find(alias)
        if (!chain
                .first()
                .publicKey.encoded
                .contentEquals(key.public.encoded)
        ) {
            throw ProbeFailure(ErrorCode.CERTIFICATE_MISMATCH, "the leaf does not certify the key $alias")
        }
        val keystore = keystore()
        if (keystore.containsAlias(hardwareAlias(alias))) {
            // The issued chain takes the place of the attestation: saved first, or it is lost.
            if (store.get(ATTESTATION + alias) == null) {
                store.set(ATTESTATION + alias, encoded(keystore.getCertificateChain(hardwareAlias(alias)).map { it.encoded }))
            }
            keystore.setKeyEntry(hardwareAlias(alias), key.private, null, chain.toTypedArray())
        }
        store.set(CERTIFICATES + alias, encoded(chain.map { it.encoded }))
    }

    /** The certificate installed for a key, with the key. */
    fun clientIdentity(alias: String): ClientIdentity {
        val key = find(alias)
        val chain =
            store.get(CERTIFICATES + alias)
                ?: throw ProbeFailure(ErrorCode.CERTIFICATE_MISMATCH, "no certificate is installed for $alias")
        return ClientIdentity(key.private, decoded(chain))
    }

    /** The chain that the keystore had made for a key before a certificate was installed; null for none. */
    fun attestationChain(alias: String): List<X509Certificate>? {
        store.get(ATTESTATION + alias)?.let { return decoded(it) }
        return keystore().getCertificateChain(hardwareAlias(alias))?.map { it as X509Certificate }
    }

    private fun makers(
        level: KeyLevel,
        request: KeyRequest,
    ): List<KeyMaker> {
        if (level == KeyLevel.SOFTWARE) return listOf(software)
        val plain = HardwareKeyMaker(level, { hardwareAlias(it) })
        val describes = attestsDeviceProperties && request.challenge != null && Build.VERSION.SDK_INT >= Build.VERSION_CODES.S
        return if (describes) {
            listOf(
                HardwareKeyMaker(level, { hardwareAlias(it) }, attestsDeviceProperties = true),
                plain,
            )
        } else {
            listOf(plain)
        }
    }

    private fun hardwareAlias(alias: String) = PREFIX + alias

    private fun keystore(): KeyStore = KeyStore.getInstance(KEYSTORE).apply { load(null) }

    private fun encoded(chain: List<ByteArray>) = chain.joinToString(" ") { Base64Url.encode(it) }

    private fun decoded(chain: String) = chain.split(' ').map { readCertificate(Base64Url.decode(it) ?: ByteArray(0)) }

    companion object {
        private const val PREFIX = "attestlab."
        private const val CERTIFICATES = "certificates:"
        private const val ATTESTATION = "attestation:"

        /** Throws [CertificateException] where the bytes are no certificate, or more than one. */
        fun readCertificate(der: ByteArray): X509Certificate {
            val stream = der.inputStream()
            val certificate = CertificateFactory.getInstance("X.509").generateCertificate(stream) as? X509Certificate
            if (certificate == null || stream.available() > 0) throw CertificateException("no X.509 certificate in DER")
            return certificate
        }
    }
}
