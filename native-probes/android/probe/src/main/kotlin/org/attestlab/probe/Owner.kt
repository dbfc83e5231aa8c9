package org.attestlab.probe

import org.attestlab.probe.protocol.Base64Url
import org.attestlab.probe.protocol.ErrorCode
import org.attestlab.probe.protocol.Limits
import org.attestlab.probe.protocol.ProbeFailure
import org.attestlab.probe.protocol.Request
import org.attestlab.probe.protocol.sha256
import java.security.MessageDigest

/** Whom the probe obeys, and which requests it has seen. */
internal class Owner(
    private val store: ProbeStore,
) {
    /** Whether a request is new; remembered past the end of the process, for links that Android delivers again. */
    fun isNew(id: String): Boolean {
        val seen = store.get(SEEN)?.split(' ').orEmpty()
        if (id in seen) return false
        store.set(SEEN, (seen + id).takeLast(Limits.REMEMBERED_IDS).joinToString(" "))
        return true
    }

    /** Throws where the request is not of the owner; the first `hello` becomes it. */
    fun admit(request: Request) {
        val digest = sha256(request.secret.toByteArray())
        val owner = store.get(HOLDER)?.let { Base64Url.decode(it) }
        when {
            owner != null && MessageDigest.isEqual(owner, digest) -> return
            owner != null -> refuse(ErrorCode.SECRET_MISMATCH, "the probe belongs to the holder of another secret")
            request.command != "hello" -> refuse(ErrorCode.SECRET_MISSING, "nobody owns the probe yet")
            else -> store.set(HOLDER, Base64Url.encode(digest))
        }
    }

    private fun refuse(
        code: ErrorCode,
        message: String,
    ): Nothing = throw ProbeFailure(code, message)

    private companion object {
        const val HOLDER = "owner"
        const val SEEN = "seen"
    }
}
