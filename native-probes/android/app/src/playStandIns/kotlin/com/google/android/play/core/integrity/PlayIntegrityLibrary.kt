package com.google.android.play.core.integrity

import android.content.Context
import com.google.android.gms.tasks.Task

object IntegrityManagerFactory {
    lateinit var classic: IntegrityManager
    lateinit var standard: StandardIntegrityManager

    @Suppress("UNUSED_PARAMETER")
    @JvmStatic
    fun create(context: Context): IntegrityManager = classic

    @Suppress("UNUSED_PARAMETER")
    @JvmStatic
    fun createStandard(context: Context): StandardIntegrityManager = standard
}

fun interface IntegrityManager {
    fun requestIntegrityToken(request: IntegrityTokenRequest): Task<IntegrityTokenResponse>
}

class IntegrityTokenRequest private constructor(
    val nonce: String?,
    val cloudProjectNumber: Long?,
) {
    class Builder {
        private var nonce: String? = null
        private var project: Long? = null

        fun setNonce(nonce: String) = apply { this.nonce = nonce }

        fun setCloudProjectNumber(number: Long) = apply { project = number }

        fun build() = IntegrityTokenRequest(nonce, project)
    }

    companion object {
        @JvmStatic
        fun builder() = Builder()
    }
}

class IntegrityTokenResponse(
    private val text: String,
) {
    fun token(): String = text
}

class IntegrityServiceException(
    val errorCode: Int,
) : Exception("IntegrityServiceException $errorCode")

class StandardIntegrityException(
    val errorCode: Int,
) : Exception("StandardIntegrityException $errorCode")

fun interface StandardIntegrityManager {
    fun prepareIntegrityToken(request: PrepareIntegrityTokenRequest): Task<StandardIntegrityTokenProvider>

    class PrepareIntegrityTokenRequest private constructor(
        val cloudProjectNumber: Long?,
    ) {
        class Builder {
            private var project: Long? = null

            fun setCloudProjectNumber(number: Long) = apply { project = number }

            fun build() = PrepareIntegrityTokenRequest(project)
        }

        companion object {
            @JvmStatic
            fun builder() = Builder()
        }
    }

    class StandardIntegrityTokenRequest private constructor(
        val requestHash: String?,
    ) {
        class Builder {
            private var hash: String? = null

            fun setRequestHash(hash: String) = apply { this.hash = hash }

            fun build() = StandardIntegrityTokenRequest(hash)
        }

        companion object {
            @JvmStatic
            fun builder() = Builder()
        }
    }

    fun interface StandardIntegrityTokenProvider {
        fun request(request: StandardIntegrityTokenRequest): Task<StandardIntegrityToken>
    }

    class StandardIntegrityToken(
        private val text: String,
    ) {
        fun token(): String = text
    }
}
