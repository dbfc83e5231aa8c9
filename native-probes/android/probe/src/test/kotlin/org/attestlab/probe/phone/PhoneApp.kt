package org.attestlab.probe.phone

import android.app.Application
import android.content.Context
import android.content.Intent
import android.net.Uri
import android.os.Looper
import android.view.View
import android.view.ViewGroup
import android.widget.Button
import android.widget.TextView
import org.attestlab.probe.Commands
import org.attestlab.probe.Probe
import org.attestlab.probe.ProbeStore
import org.attestlab.probe.app.ProbeActivity
import org.attestlab.probe.app.ProbeHolder
import org.attestlab.probe.keys.KeyLadder
import org.attestlab.probe.keys.KeyLevel
import org.attestlab.probe.keys.KeyMaker
import org.attestlab.probe.keys.KeyRequest
import org.attestlab.probe.keys.ProbeKeys
import org.attestlab.probe.model.ModelPhone
import org.attestlab.probe.network.HttpsSender
import org.attestlab.probe.network.OneTimeUrl
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.robolectric.util.ReflectionHelpers.setStaticField
import java.util.concurrent.Executor
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors

/** The probe's app: its process begins and ends many times within the one of this JVM. */
internal class PhoneApp(
    private val application: Application,
    private val system: PhoneSystem,
    private val line: PhoneLine,
    private val time: PhoneTime,
    private val main: Executor,
) {
    private var activity: ActivityController<ProbeActivity>? = null
    private var worker: ExecutorService? = null

    /** Starts the app; the storage of one that was removed is gone. */
    fun start() {
        end()
        val worker = Executors.newCachedThreadPool()
        // Whatever an app that has ended still does must not reach the screen of the next.
        val ownMain = Executor { task -> main.execute { if (!worker.isShutdown) task.run() } }
        setStaticField(ProbeHolder::class.java, "probe", probe(worker, ownMain))
        this.worker = worker
        activity = Robolectric.buildActivity(ProbeActivity::class.java, Intent(Intent.ACTION_MAIN)).setup()
    }

    fun open(link: String) {
        activity?.newIntent(Intent(Intent.ACTION_VIEW, Uri.parse(link), application, ProbeActivity::class.java))
    }

    fun tap(accessibilityId: String) {
        views().firstOrNull { it.contentDescription == accessibilityId }?.performClick()
    }

    fun end() {
        worker?.shutdownNow()
        worker = null
        activity?.pause()?.stop()?.destroy()
        activity = null
        setStaticField(ProbeHolder::class.java, "probe", null)
    }

    /** What Android deletes with an app: its storage, and its namespace of the keystore. */
    fun remove() {
        end()
        ModelPhone.entries.clear()
        application
            .getSharedPreferences("attestlab-probe", Context.MODE_PRIVATE)
            .edit()
            .clear()
            .commit()
    }

    /** What the screen shows to whoever looks for accessibility ids. */
    fun screen(): List<Map<String, Any?>> {
        shadowOf(Looper.getMainLooper()).idle()
        return views().filter { it.contentDescription != null }.map { view ->
            mapOf(
                "accessibilityId" to view.contentDescription.toString(),
                "kind" to if (view is Button) "button" else "text",
                "text" to (view as? TextView)?.text?.toString().orEmpty(),
            )
        }
    }

    private fun probe(
        worker: Executor,
        main: Executor,
    ): Probe {
        val store = ProbeStore(application)
        val ladder = { makers: LadderMakers -> KeyLadder(makers, pause = { line.ask("pause", mapOf("ms" to it)) }, clock = time.clock) }
        val keys = ProbeKeys(store, attestsDeviceProperties = false, ladder = ladder)
        val sender = HttpsSender(alsoPlatformTrust = false)
        val commands = Commands(system.facts(time), keys, sender, PhoneIntegrity(line), time.clock)
        return Probe(store, commands, worker, main, { OneTimeUrl.fetch(it) }, time.clock)
    }

    private fun views(): List<View> {
        val shown = activity?.get() ?: return emptyList()
        return within(shown.window.decorView)
    }

    private fun within(view: View): List<View> {
        val children = (view as? ViewGroup)?.let { group -> (0 until group.childCount).flatMap { within(group.getChildAt(it)) } }
        return listOf(view) + children.orEmpty()
    }
}

private typealias LadderMakers = (KeyLevel, KeyRequest) -> List<KeyMaker>
