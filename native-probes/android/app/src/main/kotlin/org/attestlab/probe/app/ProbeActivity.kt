package org.attestlab.probe.app

import android.app.Activity
import android.content.Intent
import android.os.Bundle
import android.view.View
import android.widget.Button
import android.widget.LinearLayout
import android.widget.TextView

/** The one screen: a deep link goes in, three elements with accessibility ids come out. */
class ProbeActivity : Activity() {
    private lateinit var state: TextView
    private lateinit var page: TextView
    private val watcher: () -> Unit = { show() }

    private val probe get() = ProbeHolder.of(applicationContext)

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        state = TextView(this).named(STATE)
        page = TextView(this).named(PAGE)
        val next = Button(this).named(NEXT)
        next.setText(R.string.next)
        next.setOnClickListener { probe.nextPage() }
        setContentView(column(state, next, page))
        probe.onChange = watcher
        show()
        // A recreated activity is handed the link of its first life once more.
        if (savedInstanceState == null) take(intent)
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        setIntent(intent)
        take(intent)
    }

    override fun onDestroy() {
        // A newer activity may already have taken over.
        if (probe.onChange === watcher) probe.onChange = {}
        super.onDestroy()
    }

    private fun take(intent: Intent?) {
        if (intent?.action == Intent.ACTION_VIEW) intent.dataString?.let { probe.open(it) }
    }

    private fun show() {
        state.text = probe.stateText
        page.text = probe.pageText
    }

    private fun column(vararg views: View) =
        LinearLayout(this).apply {
            orientation = LinearLayout.VERTICAL
            // Below the bars, which since API 35 lie over an app.
            fitsSystemWindows = true
            for (view in views) addView(view)
        }

    private fun <T : View> T.named(accessibilityId: String): T = apply { contentDescription = accessibilityId }

    private companion object {
        const val STATE = "attestlab.state"
        const val PAGE = "attestlab.page"
        const val NEXT = "attestlab.next"
    }
}
