package org.attestlab.probe

/** Where Play Integrity's tokens come from; only the flavour with Google's library has one. */
interface IntegrityTokens {
    /** A token of the classic interface; throws [IntegrityRefusal]. */
    fun classic(nonce: String): String

    /** A token of the standard interface, warmed up first where need be; throws [IntegrityRefusal]. */
    fun standard(requestHash: String): String
}

/** What Play Integrity's interface said instead of a token. */
class IntegrityRefusal(
    /** `IntegrityServiceException` or `StandardIntegrityException`: -17 means another thing to each. */
    val exception: String,
    val code: Int,
    message: String,
) : Exception(message) {
    val isTransient: Boolean get() = code in PASSING || code == OWN_PASSING[exception]

    private companion object {
        val PASSING = setOf(-3, -8, -12, -19, -100)
        val OWN_PASSING = mapOf("IntegrityServiceException" to -17, "StandardIntegrityException" to -18)
    }
}
