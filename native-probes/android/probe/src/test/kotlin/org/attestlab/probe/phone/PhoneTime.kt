package org.attestlab.probe.phone

import org.attestlab.probe.Clock

/** The virtual phone's clocks, as they are in this process. */
internal class PhoneTime {
    /** How far the phone's clock is ahead of this machine's. */
    @Volatile
    var offsetMs = 0L

    /** What has passed on the phone's stopwatch beside real time. */
    @Volatile
    var aheadMs = 0.0

    val clock = Clock(nowMs = { System.currentTimeMillis() + offsetMs }, elapsedMs = { (System.nanoTime() / NS_PER_MS + aheadMs).toLong() })

    private companion object {
        const val NS_PER_MS = 1e6
    }
}
