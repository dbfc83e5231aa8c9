package org.attestlab.probe.formats

import org.attestlab.probe.protocol.Limits
import org.attestlab.probe.protocol.sha256
import java.io.ByteArrayOutputStream

/** H, what the evidence of an enrolment must hold; for apps that ask their own server for the nonce. */
object EnrolmentBinding {
    private const val LABEL = "attestlab/enrol/v1"
    private const val BYTE_BITS = 8
    private const val MAX_U16 = 0xffff

    /** On Android [csr] is null: the challenge comes before the key, and so before any request. */
    fun of(
        rpId: String,
        purpose: String,
        nonce: ByteArray,
        csr: ByteArray? = null,
    ): ByteArray {
        require(nonce.size == Limits.NONCE_BYTES) { "a nonce has ${Limits.NONCE_BYTES} bytes" }
        val bound = ByteArrayOutputStream()
        bound.write(LABEL.toByteArray())
        bound.write(0)
        writeSized(bound, rpId.toByteArray())
        writeSized(bound, purpose.toByteArray())
        bound.write(nonce)
        if (csr != null) bound.write(sha256(csr))
        return sha256(bound.toByteArray())
    }

    private fun writeSized(
        bound: ByteArrayOutputStream,
        bytes: ByteArray,
    ) {
        require(bytes.size <= MAX_U16) { "the length does not fit in 16 bits" }
        bound.write(bytes.size shr BYTE_BITS)
        bound.write(bytes.size)
        bound.write(bytes)
    }
}
