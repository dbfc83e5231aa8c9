// What the Play flavour names of Google's library, declared as Google documents it: the flavour is
// compiled and tested against it, since the library is in no repository at hand. In no APK.
package com.google.android.gms.tasks

import java.util.concurrent.ExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException

class Task<T> internal constructor(
    internal val outcome: Result<T>?,
)

object Tasks {
    fun <T> forResult(result: T) = Task(Result.success(result))

    fun <T> forException(failure: Exception) = Task<T>(Result.failure(failure))

    /** One that never ends. */
    fun <T> pending() = Task<T>(null)

    @JvmStatic
    fun <T> await(
        task: Task<T>,
        timeout: Long,
        unit: TimeUnit,
    ): T {
        val outcome = task.outcome ?: throw TimeoutException("$timeout $unit")
        return outcome.getOrElse { throw ExecutionException(it) }
    }
}
