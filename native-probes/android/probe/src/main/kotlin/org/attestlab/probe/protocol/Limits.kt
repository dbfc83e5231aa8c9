package org.attestlab.probe.protocol

/** Bounds of the probe protocol, version 1. */
object Limits {
    const val DEEP_LINK_BYTES = 2048
    const val REQUEST_BYTES = 262_144

    /** Objects and lists of a request's JSON within each other: far from the end of the stack. */
    const val REQUEST_DEPTH = 16
    const val PAGE_CHARS = 4096
    const val ANSWER_BYTES = 1_048_576
    const val REMEMBERED_IDS = 64
    const val ID_BYTES = 16
    const val SECRET_BYTES = 32
    const val NONCE_BYTES = 32
    const val CHALLENGE_BYTES = 128
    const val PROTOCOL_VERSION = 1

    /** A body of an answer: half of what an answer can carry, since base64url makes it grow. */
    const val BODY_BYTES = 524_288
}
