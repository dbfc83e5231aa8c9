package org.attestlab.probe.formats

/** What a signature covers of a request, whatever the profile. */
class RequestToSign(
    val method: String,
    val authority: String,
    /** Path and query as sent. */
    val target: String,
    /** Epoch and counter are unsigned 64-bit decimals; nobody here counts with them. */
    val epoch: String,
    val counter: String,
    val timestampMs: Long,
    /** Empty where the request has none. */
    val contentType: String,
    val body: ByteArray,
) {
    init {
        val fields = listOf(method, authority, target, epoch, counter, contentType)
        require(fields.none { '\n' in it }) { "no field of a signed request may hold a line feed" }
    }
}
