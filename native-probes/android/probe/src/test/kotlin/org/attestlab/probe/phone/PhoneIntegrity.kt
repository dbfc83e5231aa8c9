package org.attestlab.probe.phone

import org.attestlab.probe.IntegrityRefusal
import org.attestlab.probe.IntegrityTokens

/** Play on the virtual phone, in the place of Google's library. */
internal class PhoneIntegrity(
    private val line: PhoneLine,
) : IntegrityTokens {
    override fun classic(nonce: String) = token(mapOf("kind" to "classic", "nonce" to nonce))

    override fun standard(requestHash: String) = token(mapOf("kind" to "standard", "requestHash" to requestHash))

    private fun token(args: Map<String, Any?>): String =
        try {
            line.ask("play/request", args)["token"] as String
        } catch (refusal: PhoneRefusal) {
            val code = refusal.said["publicCode"] as Long
            throw IntegrityRefusal(refusal.said["exception"] as String, code.toInt(), refusal.message.orEmpty())
        }
}
