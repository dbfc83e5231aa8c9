package org.attestlab.probe.keys

import android.os.Build
import android.security.KeyStoreException
import android.security.keystore.BackendBusyException
import org.attestlab.probe.GuardedApi
import org.attestlab.probe.protocol.ErrorCode
import org.attestlab.probe.protocol.PlatformFailure
import org.attestlab.probe.protocol.ProbeFailure
import java.security.GeneralSecurityException
import java.security.ProviderException

/** Reads what Android Keystore's exceptions say. */
internal object KeystoreFailures {
    // The number that getNumericErrorCode() returns is another one: -68 of KeyMint becomes 12.
    private val RAW_CODE = Regex("internal Keystore code: (-?\\d+)")

    /** An exception in the protocol's words. */
    fun describe(failure: Throwable): PlatformFailure {
        val raw =
            causes(failure)
                .mapNotNull { RAW_CODE.find(it.toString()) }
                .firstOrNull()
                ?.groupValues
                ?.get(1)
                ?.toIntOrNull()
        return when {
            Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU -> describePublished(failure, raw)
            else -> PlatformFailure(failure.javaClass.simpleName, rawCode = raw, isTransient = isBusy(failure))
        }
    }

    /** An exception's own text and that of its cause, which is where Keystore puts the reason. */
    fun message(failure: Throwable): String = causes(failure).map { it.message ?: it.javaClass.simpleName }.distinct().joinToString(": ")

    /** Runs what the keystore may refuse; a refusal becomes the command's failure. */
    inline fun <T> refusedAs(
        code: ErrorCode,
        act: () -> T,
    ): T =
        try {
            act()
        } catch (failure: GeneralSecurityException) {
            throw ProbeFailure(code, message(failure), describe(failure))
        } catch (failure: ProviderException) {
            throw ProbeFailure(code, message(failure), describe(failure))
        } catch (failure: IllegalStateException) {
            throw ProbeFailure(code, message(failure), describe(failure))
        }

    // Public since API 33, where it also knows which errors of remote key provisioning pass.
    @GuardedApi
    private fun describePublished(
        failure: Throwable,
        raw: Int?,
    ): PlatformFailure {
        val said = causes(failure).filterIsInstance<KeyStoreException>().firstOrNull()
        return PlatformFailure(
            exception = failure.javaClass.simpleName,
            publicCode = said?.numericErrorCode,
            rawCode = raw,
            isTransient = said?.isTransientFailure ?: isBusy(failure),
        )
    }

    /** Before API 33 the platform tells no more than this. */
    @GuardedApi
    private fun isBusy(failure: Throwable): Boolean =
        Build.VERSION.SDK_INT >= Build.VERSION_CODES.S && causes(failure).any { it is BackendBusyException }

    private fun causes(failure: Throwable): Sequence<Throwable> = generateSequence(failure) { it.cause }.take(MAX_CAUSES)

    private const val MAX_CAUSES = 8
}
