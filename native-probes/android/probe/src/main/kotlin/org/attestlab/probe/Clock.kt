package org.attestlab.probe

/** The phone's clocks. */
class Clock(
    /** Ms since 1970, as the phone's owner has set it. */
    val nowMs: () -> Long = { System.currentTimeMillis() },
    /** Ms that only ever grow, for durations. */
    val elapsedMs: () -> Long = { System.nanoTime() / NS_PER_MS },
) {
    private companion object {
        const val NS_PER_MS = 1_000_000L
    }
}
