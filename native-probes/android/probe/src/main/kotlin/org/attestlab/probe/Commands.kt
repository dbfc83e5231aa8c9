package org.attestlab.probe

import android.security.keystore.KeyProperties
import org.attestlab.probe.formats.CertificationRequest
import org.attestlab.probe.formats.ProfileR
import org.attestlab.probe.formats.ProfileS
import org.attestlab.probe.formats.RequestToSign
import org.attestlab.probe.formats.keyId
import org.attestlab.probe.keys.KeyAlgorithm
import org.attestlab.probe.keys.KeyLevel
import org.attestlab.probe.keys.KeyRequest
import org.attestlab.probe.keys.KeystoreFailures.refusedAs
import org.attestlab.probe.keys.ProbeKeys
import org.attestlab.probe.keys.Signing
import org.attestlab.probe.network.HttpsSender
import org.attestlab.probe.network.OutgoingRequest
import org.attestlab.probe.network.SendResult
import org.attestlab.probe.protocol.Arguments
import org.attestlab.probe.protocol.Base64Url
import org.attestlab.probe.protocol.ErrorCode
import org.attestlab.probe.protocol.Limits
import org.attestlab.probe.protocol.PlatformFailure
import org.attestlab.probe.protocol.ProbeFailure
import java.security.cert.CertificateException
import java.security.cert.X509Certificate

private typealias Result = Map<String, Any?>

/** Every command of the protocol: its arguments are judged, then it is done. */
internal class Commands(
    private val facts: Facts,
    private val keys: ProbeKeys,
    private val sender: HttpsSender,
    private val integrity: IntegrityTokens?,
    private val clock: Clock,
) {
    private val table: Map<String, Arguments.() -> Result> =
        mapOf(
            "hello" to { hello() },
            "facts" to { facts() },
            "key.generate" to { generate() },
            "key.csr" to { csr() },
            "key.sign" to { sign() },
            "key.export" to { export() },
            "key.delete" to { delete() },
            "certificate.install" to { install() },
            "appattest.generate" to { appleOnly {} },
            "appattest.attest" to { appleOnly { hashArguments() } },
            "appattest.assert" to { appleOnly { hashArguments() } },
            "playintegrity.request" to { integrityToken() },
            "request.sign" to { signRequest() },
            "request.send" to { sendRequest() },
            "reset" to { reset() },
        )

    /** Does a command; its "no" is a [ProbeFailure]. */
    fun run(
        command: String,
        args: Map<String, Any?>,
    ): Result {
        val act = table[command] ?: throw ProbeFailure(ErrorCode.UNKNOWN_COMMAND, "$command is no command of version 1")
        return Arguments(command, args).act()
    }

    private fun Arguments.hello(): Result {
        val (min, max) = read { integer("minVersion", VERSIONS) to integer("maxVersion", VERSIONS) }
        if (Limits.PROTOCOL_VERSION !in min..max) {
            throw ProbeFailure(ErrorCode.VERSION_UNSUPPORTED, "the probe speaks version ${Limits.PROTOCOL_VERSION} alone")
        }
        return linkedMapOf(
            "version" to Limits.PROTOCOL_VERSION,
            "probe" to linkedMapOf("name" to "attestlab probe for Android", "build" to facts.build()),
            "platform" to "android",
        )
    }

    private fun Arguments.facts(): Result {
        read {}
        return facts.collect()
    }

    private fun Arguments.generate(): Result {
        val (request, levels) =
            read {
                text("purpose", PURPOSE)
                val levels = texts("ladder", 1..LADDER_RUNGS, LEVEL)
                val digests = texts("digests", 1..DIGESTS.size).map { DIGESTS[it] ?: refuse("digests", "holds $it") }
                val algorithm = choice("algorithm", KeyAlgorithm.entries.associateBy { it.text })
                val challenge = if (has("challenge")) bytes("challenge", 0..Limits.CHALLENGE_BYTES) else null
                KeyRequest(alias("alias"), algorithm, digests, challenge) to levels
            }
        val rungs =
            levels.map { name ->
                KeyLevel.entries.firstOrNull { it.text == name }
                    ?: throw ProbeFailure(ErrorCode.UNSUPPORTED, "Android has no $name")
            }
        val climb = refusedAs(ErrorCode.KEY_USE_FAILED) { keys.generate(request, rungs) }
        val result =
            linkedMapOf<String, Any?>(
                "level" to climb.key.level.text,
                "attempts" to climb.attempts,
                "spki" to Base64Url.encode(climb.key.spki),
            )
        climb.key.attestationChain?.let { chain -> result["attestationChain"] = chain.map { Base64Url.encode(it) } }
        return result
    }

    private fun Arguments.csr(): Result {
        val nonceSize = Limits.NONCE_BYTES..Limits.NONCE_BYTES
        val (alias, name, nonce) = read { Triple(alias("alias"), text("commonName", length = NAME_CHARS), bytes("nonce", nonceSize)) }
        return refusedAs(ErrorCode.KEY_USE_FAILED) {
            val key = keys.find(alias)
            if (key.public.algorithm != KeyAlgorithm.EC_P256.jca) {
                throw ProbeFailure(ErrorCode.UNSUPPORTED, "certification requests are for keys on P-256")
            }
            val csr = CertificationRequest.build(name, key.public.encoded, nonce) { Signing.sign(key.private, it) }
            mapOf("csr" to Base64Url.encode(csr))
        }
    }

    private fun Arguments.sign(): Result {
        val (alias, message) = read { alias("alias") to bytes("data") }
        return refusedAs(ErrorCode.KEY_USE_FAILED) {
            mapOf("signature" to Base64Url.encode(Signing.sign(keys.find(alias).private, message)))
        }
    }

    private fun Arguments.export(): Result {
        val alias = read { alias("alias") }
        return refusedAs(ErrorCode.KEY_NOT_EXPORTABLE) {
            val bytes =
                keys.find(alias).private.encoded
                    ?: throw ProbeFailure(ErrorCode.KEY_NOT_EXPORTABLE, "the private key has no encoded form")
            mapOf("privateKey" to Base64Url.encode(bytes))
        }
    }

    private fun Arguments.delete(): Result {
        val alias = read { alias("alias") }
        return refusedAs(ErrorCode.KEY_USE_FAILED) { mapOf("deleted" to keys.delete(alias)) }
    }

    private fun Arguments.install(): Result {
        val (alias, chain) = read { alias("alias") to certificates("chain") }
        refusedAs(ErrorCode.KEY_USE_FAILED) { keys.install(alias, chain) }
        return emptyMap()
    }

    private fun Arguments.appleOnly(reading: Arguments.() -> Unit): Result {
        read(reading)
        throw ProbeFailure(ErrorCode.UNSUPPORTED, "App Attest is a service of iOS")
    }

    private fun Arguments.hashArguments() {
        bytes("keyId", APP_ATTEST_KEY_BYTES..APP_ATTEST_KEY_BYTES)
        bytes("clientDataHash", 1..Int.MAX_VALUE)
    }

    private fun Arguments.integrityToken(): Result {
        val (kind, text) =
            read {
                val kind = text("kind", INTEGRITY_KIND)
                kind to text(if (kind == "classic") "nonce" else "requestHash", length = 0..INTEGRITY_CHARS)
            }
        val tokens = integrity ?: throw ProbeFailure(ErrorCode.UNSUPPORTED, "this build has no Play Integrity library")
        return try {
            mapOf("token" to if (kind == "classic") tokens.classic(text) else tokens.standard(text))
        } catch (refusal: IntegrityRefusal) {
            val said = PlatformFailure(refusal.exception, refusal.code, isTransient = refusal.isTransient)
            throw ProbeFailure(ErrorCode.PLAY_INTEGRITY_FAILED, refusal.message.orEmpty(), said)
        }
    }

    private fun Arguments.signRequest(): Result {
        val (alias, isProfileR, request) =
            read {
                val isProfileR = has("profile") && text("profile", PROFILE) == "r"
                Triple(alias("alias"), isProfileR, requestToSign())
            }
        return refusedAs(ErrorCode.KEY_USE_FAILED) {
            val key = keys.find(alias)
            if (isProfileR && key.public.algorithm != KeyAlgorithm.EC_P256.jca) {
                throw ProbeFailure(ErrorCode.UNSUPPORTED, "profile R is for keys on P-256")
            }
            val id = keyId(key.public.encoded)
            val sign = { message: ByteArray -> Signing.sign(key.private, message) }
            mapOf("headers" to if (isProfileR) ProfileR(request).headers(id, sign) else ProfileS(request).headers(id, sign))
        }
    }

    private fun Arguments.requestToSign() =
        RequestToSign(
            method = text("method", Arguments.TOKEN),
            authority = line("authority"),
            target = line("target"),
            epoch = u64("epoch"),
            counter = u64("counter"),
            timestampMs = if (has("timestampMs")) integer("timestampMs", TIMES) else clock.nowMs(),
            contentType = if (text("contentType").isEmpty()) "" else line("contentType"),
            body = bytes("body"),
        )

    private fun Arguments.sendRequest(): Result {
        val (clientAlias, request) =
            read {
                val client = if (has("clientAlias")) alias("clientAlias") else null
                client to
                    OutgoingRequest(
                        url = text("url", HTTPS_URL),
                        method = text("method", Arguments.TOKEN),
                        headers = pairs("headers"),
                        body = bytes("body"),
                        anchors = certificates("anchors"),
                        pins = if (has("pins")) texts("pins", 1..MAX_CHAIN, PIN) else null,
                    )
            }
        val client = clientAlias?.let { refusedAs(ErrorCode.KEY_USE_FAILED) { keys.clientIdentity(it) } }
        val begunAt = clock.elapsedMs()
        return when (val sent = sender.send(request, client)) {
            is SendResult.Answered ->
                linkedMapOf(
                    "outcome" to "answered",
                    "status" to sent.status,
                    "headers" to sent.headers,
                    "body" to Base64Url.encode(sent.body),
                    "ms" to clock.elapsedMs() - begunAt,
                )
            is SendResult.Failed ->
                linkedMapOf("outcome" to "failed", "phase" to sent.phase, "error" to sent.error, "ms" to clock.elapsedMs() - begunAt)
        }
    }

    private fun Arguments.reset(): Result {
        read {}
        return refusedAs(ErrorCode.KEY_USE_FAILED) { mapOf("deletedAliases" to keys.deleteAll()) }
    }

    private fun Arguments.line(name: String): String {
        val text = text(name, length = 1..Int.MAX_VALUE)
        if ('\n' in text) refuse(name, "holds a line feed")
        return text
    }

    private fun Arguments.certificates(name: String): List<X509Certificate> =
        bytesList(name, 1..MAX_CHAIN).map { der ->
            try {
                ProbeKeys.readCertificate(der)
            } catch (_: CertificateException) {
                refuse(name, "holds something that is no certificate")
            }
        }

    private companion object {
        val VERSIONS = 1L..255L
        val TIMES = 0L..9_007_199_254_740_991L
        val NAME_CHARS = 1..64
        const val LADDER_RUNGS = 4
        const val APP_ATTEST_KEY_BYTES = 32
        const val MAX_CHAIN = 8
        const val INTEGRITY_CHARS = 1024
        val PROFILE = Regex("s|r")
        val PURPOSE = Regex("tls|sign")
        val LEVEL = Regex("strongbox|tee|secure-enclave|software")
        val DIGESTS = mapOf("none" to KeyProperties.DIGEST_NONE, "sha256" to KeyProperties.DIGEST_SHA256)
        val INTEGRITY_KIND = Regex("classic|standard")
        val HTTPS_URL = Regex("https://\\S+")
        val PIN = Regex("sha256/[A-Za-z0-9+/]{43}=")
    }
}
