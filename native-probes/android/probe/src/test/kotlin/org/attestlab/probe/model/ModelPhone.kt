package org.attestlab.probe.model

import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import java.security.PublicKey
import java.security.Security
import java.security.cert.X509Certificate
import java.util.Collections

/** Whatever vouches for a new key: leaf first. */
internal fun interface Attester {
    fun attest(
        key: PublicKey,
        challenge: ByteArray?,
        securityLevel: Int,
    ): List<X509Certificate>
}

/** A new key as its hardware took it. */
internal class Certified(
    val securityLevel: Int,
    /** Leaf first. */
    val chain: List<X509Certificate>,
)

/** What decides over keys and vouches for them, wherever that is. Its "no" is the exception that the platform throws. */
internal interface SecureHardware {
    /** Takes a key that was just made, and certifies it. */
    fun certify(
        spec: KeyGenParameterSpec,
        key: PublicKey,
    ): Certified

    /** Lets a key be used with a digest. */
    fun admit(
        key: ModelPrivateKey,
        digest: String,
    )
}

/** The secure hardware of a model phone, with what a test wants it to do. One for the whole JVM, as JCA's providers are. */
internal object ModelPhone {
    const val KEYSTORE = "AndroidKeyStore"

    /** Android keeps signatures out of "AndroidKeyStore": asking that provider for one fails there too. */
    const val SIGNER = "AndroidKeyStoreBCWorkaround"

    const val SOFTWARE = 0
    const val TEE = 1
    const val STRONGBOX = 2

    /** Called before a key is made; throws what the hardware would. */
    var beforeGeneration: (KeyGenParameterSpec) -> Unit = {}

    /** Called before the platform tells what a key is. */
    var beforeDescription: () -> Unit = {}

    /** Called before a key is used to sign. */
    var beforeUse: () -> Unit = {}

    /** The level that a key is made at, by whether StrongBox was asked for. */
    var levelOf: (Boolean) -> Int = { strongBox -> if (strongBox) STRONGBOX else TEE }

    var attester: Attester = ModelAttester()

    var hardware: SecureHardware = ModelHardware

    val entries: MutableMap<String, ModelEntry> = Collections.synchronizedMap(LinkedHashMap())

    /** Names of JCA signatures that keys were asked for. */
    val asked: MutableList<String> = Collections.synchronizedList(ArrayList())

    /** A phone with TEE and StrongBox, and no key. */
    fun install() {
        // The list of providers is the JVM's: another sandbox has left its own.
        Security.removeProvider(KEYSTORE)
        Security.removeProvider(SIGNER)
        Security.addProvider(ModelKeyStoreProvider())
        Security.addProvider(ModelSignatureProvider())
        beforeGeneration = {}
        beforeDescription = {}
        beforeUse = {}
        levelOf = { strongBox -> if (strongBox) STRONGBOX else TEE }
        attester = ModelAttester()
        hardware = ModelHardware
        entries.clear()
        asked.clear()
    }
}

/** Does what the test at hand has told [ModelPhone]. */
internal object ModelHardware : SecureHardware {
    override fun certify(
        spec: KeyGenParameterSpec,
        key: PublicKey,
    ): Certified {
        val strongBox = Build.VERSION.SDK_INT >= Build.VERSION_CODES.P && spec.isStrongBoxBacked
        val level = ModelPhone.levelOf(strongBox)
        return Certified(level, ModelPhone.attester.attest(key, spec.attestationChallenge, level))
    }

    override fun admit(
        key: ModelPrivateKey,
        digest: String,
    ) = ModelPhone.beforeUse()
}

internal class ModelEntry(
    val key: ModelPrivateKey,
    var chain: Array<X509Certificate>,
)

/** Attests with an authority of its own. */
internal class ModelAttester : Attester {
    private val root = TestAuthority("model attestation root")

    override fun attest(
        key: PublicKey,
        challenge: ByteArray?,
        securityLevel: Int,
    ): List<X509Certificate> {
        if (challenge == null) return listOf(root.issue("Android Keystore Key", key))
        val description =
            TestDer.sequence(
                TestDer.integer(300),
                TestDer.enumerated(securityLevel),
                TestDer.integer(300),
                TestDer.enumerated(securityLevel),
                TestDer.octets(challenge),
            )
        val extension = TestDer.sequence(TestDer.oid("2b06010401d679020111"), TestDer.octets(description))
        return listOf(root.issue("Android Keystore Key", key, listOf(extension)), root.certificate)
    }
}
