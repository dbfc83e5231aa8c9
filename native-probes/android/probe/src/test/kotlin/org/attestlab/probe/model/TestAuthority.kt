package org.attestlab.probe.model

import java.io.ByteArrayInputStream
import java.security.KeyPair
import java.security.KeyPairGenerator
import java.security.PublicKey
import java.security.Signature
import java.security.cert.CertificateFactory
import java.security.cert.X509Certificate
import java.security.spec.ECGenParameterSpec
import java.time.Instant
import java.util.concurrent.atomic.AtomicLong

/** A certificate authority on P-256, made for one test. */
internal class TestAuthority(
    val name: String,
    private val pair: KeyPair = p256(),
) {
    val certificate: X509Certificate = issue(name, pair.public, listOf(authorityExtension()))

    /** A certificate of a server or a client. */
    fun issue(
        commonName: String,
        key: PublicKey,
        extensions: List<ByteArray> = emptyList(),
    ): X509Certificate {
        val now = Instant.now()
        val body =
            TestDer.sequence(
                TestDer.tlv(0xa0, TestDer.integer(2)),
                TestDer.integer(SERIAL.incrementAndGet()),
                ES256,
                name(name),
                TestDer.sequence(TestDer.time(now.minusSeconds(60)), TestDer.time(now.plusSeconds(3600))),
                name(commonName),
                key.encoded,
                *(if (extensions.isEmpty()) arrayOf() else arrayOf(TestDer.tlv(0xa3, TestDer.sequence(*extensions.toTypedArray())))),
            )
        val signature =
            Signature.getInstance("SHA256withECDSA").run {
                initSign(pair.private)
                update(body)
                sign()
            }
        val der = TestDer.sequence(body, ES256, TestDer.bits(signature))
        return CertificateFactory.getInstance("X.509").generateCertificate(ByteArrayInputStream(der)) as X509Certificate
    }

    /** A certificate for a host name. */
    fun issueServer(
        host: String,
        key: PublicKey,
    ): X509Certificate {
        val names = TestDer.sequence(TestDer.tlv(0x82, host.toByteArray()))
        return issue(host, key, listOf(TestDer.sequence(TestDer.oid("551d11"), TestDer.octets(names))))
    }

    companion object {
        private val SERIAL = AtomicLong(System.nanoTime())
        private val ES256 = TestDer.sequence(TestDer.oid("2a8648ce3d040302"))

        fun p256(): KeyPair = KeyPairGenerator.getInstance("EC").apply { initialize(ECGenParameterSpec("secp256r1")) }.generateKeyPair()

        private fun name(commonName: String) =
            TestDer.sequence(TestDer.set(TestDer.sequence(TestDer.oid("550403"), TestDer.utf8(commonName))))

        private fun authorityExtension() =
            TestDer.sequence(TestDer.oid("551d13"), TestDer.yes(), TestDer.octets(TestDer.sequence(TestDer.yes())))
    }
}
