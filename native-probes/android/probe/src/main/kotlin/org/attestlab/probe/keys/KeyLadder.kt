package org.attestlab.probe.keys

import org.attestlab.probe.Clock
import org.attestlab.probe.protocol.ErrorCode
import org.attestlab.probe.protocol.PlatformFailure
import org.attestlab.probe.protocol.ProbeFailure
import java.security.GeneralSecurityException
import java.security.ProviderException

/** Makes keys of one level. */
fun interface KeyMaker {
    /** One try; throws what the platform throws. */
    fun make(request: KeyRequest): GeneratedKey
}

/** A key with the way that led to it. */
class Climb(
    val key: GeneratedKey,
    /** Every try, as the protocol writes it. */
    val attempts: List<Map<String, Any?>>,
)

/**
 * Goes down the rungs until one yields a key. Only a lasting failure leads to the next: a moment's
 * weakness of the better hardware must not end in a key of the worse.
 */
class KeyLadder(
    /** What to try on a rung, one after another. */
    private val makers: (KeyLevel, KeyRequest) -> List<KeyMaker>,
    private val pause: (Long) -> Unit = { Thread.sleep(it) },
    private val clock: Clock = Clock(),
) {
    fun climb(
        request: KeyRequest,
        rungs: List<KeyLevel>,
    ): Climb {
        val attempts = ArrayList<Map<String, Any?>>()
        val tries = rungs.asSequence().flatMap { rung -> makers(rung, request).map { rung to it } }
        for ((rung, maker) in tries) {
            val outcome = tryMaker(maker, request, rung, attempts)
            if (outcome is Outcome.Made) return Climb(outcome.key, attempts)
            if (outcome == Outcome.Stop) break
        }
        throw ProbeFailure(
            ErrorCode.KEY_GENERATION_FAILED,
            "no rung of the ladder yielded a key",
            attempts = attempts,
        )
    }

    private fun tryMaker(
        maker: KeyMaker,
        request: KeyRequest,
        rung: KeyLevel,
        attempts: MutableList<Map<String, Any?>>,
    ): Outcome {
        for (pauseMs in PAUSES_MS + null) {
            val begunAt = clock.elapsedMs()
            val failure =
                try {
                    val key = maker.make(request)
                    attempts.add(made(rung, clock.elapsedMs() - begunAt))
                    return Outcome.Made(key)
                } catch (failure: ProviderException) {
                    failure // StrongBoxUnavailableException is one.
                } catch (failure: GeneralSecurityException) {
                    failure
                } catch (failure: IllegalStateException) {
                    failure
                }
            val said = KeystoreFailures.describe(failure)
            attempts.add(failed(rung, clock.elapsedMs() - begunAt, failure, said))
            if (said.isTransient != true) return Outcome.Lower
            if (pauseMs != null) pause(pauseMs)
        }
        return Outcome.Stop
    }

    private fun made(
        rung: KeyLevel,
        ms: Long,
    ): Map<String, Any?> = linkedMapOf("level" to rung.text, "ok" to true, "ms" to ms)

    private fun failed(
        rung: KeyLevel,
        ms: Long,
        failure: Exception,
        said: PlatformFailure,
    ): Map<String, Any?> {
        val message = KeystoreFailures.message(failure)
        return linkedMapOf<String, Any?>("level" to rung.text, "ok" to false, "ms" to ms, "message" to message) + said.toJson()
    }

    private sealed class Outcome {
        class Made(
            val key: GeneratedKey,
        ) : Outcome()

        /** The rung has no key to give. */
        object Lower : Outcome()

        /** It might have one later: no reason to take a worse one. */
        object Stop : Outcome()
    }

    private companion object {
        val PAUSES_MS = listOf(250L, 500L, 1000L)
    }
}
