package org.attestlab.probe

/** Marks what uses API above minSdk behind a test of SDK_INT; the build lets it use reviewed classes only. */
@Retention(AnnotationRetention.BINARY)
@Target(AnnotationTarget.CLASS, AnnotationTarget.FUNCTION)
annotation class GuardedApi
