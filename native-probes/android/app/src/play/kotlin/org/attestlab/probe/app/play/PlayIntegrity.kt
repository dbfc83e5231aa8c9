package org.attestlab.probe.app.play

import android.content.Context
import com.google.android.gms.tasks.Task
import com.google.android.gms.tasks.Tasks
import com.google.android.play.core.integrity.IntegrityManagerFactory
import com.google.android.play.core.integrity.IntegrityServiceException
import com.google.android.play.core.integrity.IntegrityTokenRequest
import com.google.android.play.core.integrity.StandardIntegrityException
import com.google.android.play.core.integrity.StandardIntegrityManager.PrepareIntegrityTokenRequest
import com.google.android.play.core.integrity.StandardIntegrityManager.StandardIntegrityTokenProvider
import com.google.android.play.core.integrity.StandardIntegrityManager.StandardIntegrityTokenRequest
import org.attestlab.probe.IntegrityRefusal
import org.attestlab.probe.IntegrityTokens
import java.util.concurrent.ExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException

/** Play Integrity by Google's library. */
internal class PlayIntegrity(
    private val context: Context,
    private val cloudProject: Long,
) : IntegrityTokens {
    private var warm: StandardIntegrityTokenProvider? = null

    override fun classic(nonce: String): String {
        val request =
            IntegrityTokenRequest
                .builder()
                .setNonce(nonce)
                .setCloudProjectNumber(cloudProject)
                .build()
        return result("IntegrityServiceException", IntegrityManagerFactory.create(context).requestIntegrityToken(request)).token()
    }

    override fun standard(requestHash: String): String {
        val provider = warm ?: warmUp().also { warm = it }
        val request = StandardIntegrityTokenRequest.builder().setRequestHash(requestHash).build()
        return try {
            result("StandardIntegrityException", provider.request(request)).token()
        } catch (refusal: IntegrityRefusal) {
            // The next request warms up again; this one is not tried twice.
            if (refusal.code == PROVIDER_INVALID) warm = null
            throw refusal
        }
    }

    private fun warmUp(): StandardIntegrityTokenProvider {
        val request = PrepareIntegrityTokenRequest.builder().setCloudProjectNumber(cloudProject).build()
        return result("StandardIntegrityException", IntegrityManagerFactory.createStandard(context).prepareIntegrityToken(request))
    }

    private fun <T> result(
        exception: String,
        task: Task<T>,
    ): T =
        try {
            Tasks.await(task, TIMEOUT_S, TimeUnit.SECONDS)
        } catch (failure: ExecutionException) {
            throw when (val cause = failure.cause) {
                is IntegrityServiceException -> IntegrityRefusal(exception, cause.errorCode, cause.message.orEmpty())
                is StandardIntegrityException -> IntegrityRefusal(exception, cause.errorCode, cause.message.orEmpty())
                else -> failure
            }
        } catch (failure: TimeoutException) {
            throw IntegrityRefusal(exception, CLIENT_NETWORK_ERROR, "no answer within $TIMEOUT_S s: ${failure.message}")
        }

    private companion object {
        /** Google's own advice for the classic interface and for warming up. */
        const val TIMEOUT_S = 60L
        const val PROVIDER_INVALID = -19
        const val CLIENT_NETWORK_ERROR = -3
    }
}
