package org.attestlab.probe.network

import android.util.Base64
import org.attestlab.probe.protocol.sha256
import java.net.Socket
import java.security.GeneralSecurityException
import java.security.KeyStore
import java.security.PublicKey
import java.security.cert.CertificateException
import java.security.cert.X509Certificate
import javax.net.ssl.SSLEngine
import javax.net.ssl.TrustManagerFactory
import javax.net.ssl.X509ExtendedTrustManager

/** Compares chains with pins. */
object PinCheck {
    /** `sha256/` and base64 of SHA-256 of the SPKI. */
    fun pinOf(key: PublicKey): String = "sha256/" + Base64.encodeToString(sha256(key.encoded), Base64.NO_WRAP)

    /** Whether one certificate matches one pin. A method of its own, so that hooks can stand here. */
    fun matches(
        chain: List<X509Certificate>,
        pins: List<String>,
    ): Boolean = chain.any { pinOf(it.publicKey) in pins }
}

/** No certificate of the server's chain matched a pin. */
class PinMismatch : CertificateException("no certificate matches a pin")

/**
 * Judges a server: the platform's decision on chain and host name first, then the pins, which can
 * only refuse more. All of it in the handshake, so on every socket that is ever opened: one that
 * HttpsURLConnection opens again by itself is not trusted for what an earlier one had shown.
 */
internal class ServerTrust(
    private val anchors: List<X509Certificate>,
    private val pins: List<String>?,
    /** The platform's own decision as well, which follows the app's network security configuration. */
    alsoPlatform: Boolean,
) : X509ExtendedTrustManager() {
    private val judges = listOf(judgeOf(anchors)) + if (alsoPlatform) listOf(judgeOf(null)) else emptyList()

    override fun checkServerTrusted(
        chain: Array<X509Certificate>,
        authType: String,
        socket: Socket,
    ) {
        for (judge in judges) judge.checkServerTrusted(chain, authType, socket)
        checkPins(chain)
    }

    override fun checkServerTrusted(
        chain: Array<X509Certificate>,
        authType: String,
        engine: SSLEngine,
    ) {
        for (judge in judges) judge.checkServerTrusted(chain, authType, engine)
        checkPins(chain)
    }

    // Without a socket there is no host name: refused, rather than trusted for any host.
    override fun checkServerTrusted(
        chain: Array<X509Certificate>,
        authType: String,
    ): Unit = throw CertificateException("no host name to check")

    override fun checkClientTrusted(
        chain: Array<X509Certificate>,
        authType: String,
    ) = refuseClient()

    override fun checkClientTrusted(
        chain: Array<X509Certificate>,
        authType: String,
        socket: Socket,
    ) = refuseClient()

    override fun checkClientTrusted(
        chain: Array<X509Certificate>,
        authType: String,
        engine: SSLEngine,
    ) = refuseClient()

    override fun getAcceptedIssuers(): Array<X509Certificate> = anchors.toTypedArray()

    private fun refuseClient(): Unit = throw CertificateException("the probe is no server")

    private fun checkPins(presented: Array<X509Certificate>) {
        if (pins != null && !PinCheck.matches(pathFrom(presented), pins)) throw PinMismatch()
    }

    /**
     * The path that was judged: an interceptor can send the pinned certificate along with its own
     * chain, so what merely lies beside the path must not count.
     */
    private fun pathFrom(presented: Array<X509Certificate>): List<X509Certificate> {
        val path = mutableListOf(presented.first())
        val others = (presented.drop(1) + anchors).toMutableList()
        while (path.last() !in anchors) {
            val issuer = others.firstOrNull { hasSigned(it, path.last()) } ?: break
            others.remove(issuer)
            path.add(issuer)
        }
        return path
    }

    private fun hasSigned(
        issuer: X509Certificate,
        certificate: X509Certificate,
    ): Boolean {
        if (issuer.subjectX500Principal != certificate.issuerX500Principal) return false
        return try {
            certificate.verify(issuer.publicKey)
            true
        } catch (_: GeneralSecurityException) {
            false
        }
    }

    private fun judgeOf(anchors: List<X509Certificate>?): X509ExtendedTrustManager {
        val store = anchors?.let { anchorStore(it) } // Null asks for the platform's.
        val factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm())
        factory.init(store)
        return factory.trustManagers.filterIsInstance<X509ExtendedTrustManager>().first()
    }

    private fun anchorStore(anchors: List<X509Certificate>): KeyStore {
        val store = KeyStore.getInstance(KeyStore.getDefaultType()).apply { load(null, null) }
        anchors.forEachIndexed { index, anchor -> store.setCertificateEntry("anchor-$index", anchor) }
        return store
    }
}
