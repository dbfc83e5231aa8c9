package org.attestlab.probe.app

import android.content.Context
import org.attestlab.probe.IntegrityTokens

/** This flavour is without Google's library. */
@Suppress("UNUSED_PARAMETER", "FunctionOnlyReturningConstant") // The other flavour's function of this name needs it.
internal fun integrityTokens(context: Context): IntegrityTokens? = null
