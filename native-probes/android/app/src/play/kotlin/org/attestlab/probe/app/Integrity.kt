package org.attestlab.probe.app

import android.content.Context
import org.attestlab.probe.IntegrityTokens
import org.attestlab.probe.app.play.PlayIntegrity

/** Play Integrity with the cloud project of this build. */
internal fun integrityTokens(context: Context): IntegrityTokens? = PlayIntegrity(context, BuildConfig.CLOUD_PROJECT)
