package org.attestlab.probe.app

import android.content.Context
import android.content.pm.PackageManager
import android.os.Bundle
import org.attestlab.probe.Probe
import org.attestlab.probe.ProbeOptions

/** Keeps the one probe of the process, with what the flavour's manifest says of it. */
internal object ProbeHolder {
    private const val ATTEST_DEVICE = "org.attestlab.probe.ATTEST_DEVICE_PROPERTIES"
    private const val PLATFORM_TRUST = "org.attestlab.probe.PLATFORM_TRUST"

    private var probe: Probe? = null

    fun of(context: Context): Probe = probe ?: Probe(context, options(context)).also { probe = it }

    private fun options(context: Context): ProbeOptions {
        val metadata = metadata(context)
        return ProbeOptions(
            attestsDeviceProperties = metadata.getBoolean(ATTEST_DEVICE),
            alsoPlatformTrust = metadata.getBoolean(PLATFORM_TRUST),
            integrity = integrityTokens(context),
        )
    }

    private fun metadata(context: Context): Bundle =
        context.packageManager.getApplicationInfo(context.packageName, PackageManager.GET_META_DATA).metaData ?: Bundle.EMPTY
}
