package org.attestlab.probe.protocol

/** What a probe answers instead of a result; the codes are the protocol's. */
enum class ErrorCode {
    MALFORMED_REQUEST,
    VERSION_UNSUPPORTED,
    SECRET_MISSING,
    SECRET_MISMATCH,
    REQUEST_UNREACHABLE,
    UNKNOWN_COMMAND,
    INVALID_ARGS,
    BUSY,
    UNSUPPORTED,
    KEY_GENERATION_FAILED,
    KEY_NOT_FOUND,
    KEY_NOT_EXPORTABLE,
    KEY_USE_FAILED,
    CERTIFICATE_MISMATCH,
    PLAY_INTEGRITY_FAILED,
    ANSWER_TOO_LARGE,
    INTERNAL,
    ;

    // Not lowercase(): its default locale is the phone's, and Turkish has another i.
    val text: String get() = name.lowercase(java.util.Locale.ROOT)
}

/** A command's "no", with what the platform said. */
class ProbeFailure(
    val code: ErrorCode,
    override val message: String,
    private val platform: PlatformFailure? = null,
    private val attempts: List<Map<String, Any?>>? = null,
) : Exception(message) {
    fun toJson(): Map<String, Any?> {
        val json = linkedMapOf<String, Any?>("code" to code.text, "message" to message)
        platform?.let { json.putAll(it.toJson()) }
        attempts?.let { json["attempts"] = it }
        return json
    }
}

/** What a platform's exception said; null where it did not say it. */
class PlatformFailure(
    /** Simple name of the exception's class. */
    val exception: String,
    /** What the platform publishes as its error's number. */
    val publicCode: Int? = null,
    /** The number behind it, of KeyMint or keystore2. */
    val rawCode: Int? = null,
    /** Whether the same call can succeed later. */
    val isTransient: Boolean? = null,
) {
    fun toJson(): Map<String, Any?> {
        val json = linkedMapOf<String, Any?>("exception" to exception)
        publicCode?.let { json["publicCode"] = it }
        rawCode?.let { json["rawCode"] = it }
        isTransient?.let { json["transient"] = it }
        return json
    }
}
