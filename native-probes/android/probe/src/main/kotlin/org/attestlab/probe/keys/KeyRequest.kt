package org.attestlab.probe.keys

/** Where a key can live on Android. */
enum class KeyLevel(
    val text: String,
) {
    STRONGBOX("strongbox"),
    TEE("tee"),
    SOFTWARE("software"),
}

/** Key types. */
enum class KeyAlgorithm(
    val text: String,
    val jca: String,
) {
    EC_P256("ec-p256", "EC"),
    RSA_2048("rsa-2048", "RSA"),
}

/** A key that is wanted. */
class KeyRequest(
    val alias: String,
    val algorithm: KeyAlgorithm,
    /** Names of KeyProperties; Conscrypt asks for NONE where the key authenticates a TLS client. */
    val digests: List<String>,
    /** What the attestation shall hold; null for none. */
    val challenge: ByteArray?,
)

/** A key that was made. */
class GeneratedKey(
    /** Read back from the platform, never the rung that was asked for. */
    val level: KeyLevel,
    val spki: ByteArray,
    /** DER, leaf first; null where no attestation was asked for, or the key is none of the keystore. */
    val attestationChain: List<ByteArray>?,
)
