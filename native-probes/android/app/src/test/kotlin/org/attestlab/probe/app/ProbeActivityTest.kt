package org.attestlab.probe.app

import android.content.Intent
import android.content.pm.ActivityInfo
import android.net.Uri
import android.os.Looper
import android.view.View
import android.widget.TextView
import org.attestlab.probe.model.ModelPhone
import org.attestlab.probe.model.TestProbe
import org.attestlab.probe.protocol.Json
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf

/** The app as a host drives it: links go in by intents, texts come out by content descriptions. */
@RunWith(RobolectricTestRunner::class)
class ProbeActivityTest {
    private val application = RuntimeEnvironment.getApplication()
    private val host = TestProbe()
    private val versions = mapOf("minVersion" to 1, "maxVersion" to 1)

    @Before
    fun setUp() = ModelPhone.install()

    private fun view(
        link: String?,
        action: String = Intent.ACTION_VIEW,
    ) = Intent(action, link?.let { Uri.parse(it) }, application, ProbeActivity::class.java)

    private fun element(
        activity: ProbeActivity,
        id: String,
    ): TextView {
        val found = ArrayList<View>()
        activity.window.decorView.findViewsWithText(found, id, View.FIND_VIEWS_WITH_CONTENT_DESCRIPTION)
        return found.single() as TextView
    }

    private fun state(activity: ProbeActivity) = checkNotNull(Json.parseObject(element(activity, "attestlab.state").text.toString()))

    /** Waits for the worker, whose answer comes over the main looper. */
    private fun settle(activity: ProbeActivity): Map<String, Any?> {
        val deadline = System.nanoTime() + 20_000_000_000
        while (state(activity)["state"] == "busy" && System.nanoTime() < deadline) {
            Thread.yield()
            shadowOf(Looper.getMainLooper()).idle()
        }
        return state(activity)
    }

    @Test
    fun `takes links of its own scheme, from any app`() {
        val link = Intent(Intent.ACTION_VIEW, Uri.parse("attestlab-probe://v1?r=e30")).addCategory(Intent.CATEGORY_BROWSABLE)
        val info = checkNotNull(application.packageManager.resolveActivity(link, 0)).activityInfo
        assertEquals(ProbeActivity::class.java.name, info.name)
        assertTrue(info.exported)
        assertEquals(ActivityInfo.LAUNCH_SINGLE_TASK, info.launchMode)
        assertEquals(36, application.applicationInfo.targetSdkVersion)
        assertFalse("backups", application.applicationInfo.flags and android.content.pm.ApplicationInfo.FLAG_ALLOW_BACKUP != 0)
    }

    @Test
    fun `shows answers, page by page, and survives rotation in the middle`() {
        val controller = Robolectric.buildActivity(ProbeActivity::class.java, view(null, Intent.ACTION_MAIN)).setup()
        assertEquals("idle", state(controller.get())["state"])
        controller.newIntent(view(host.link(host.request("hello", versions))))
        controller.recreate()
        assertEquals("done", settle(controller.get())["state"])

        val facts = host.request("facts")
        controller.newIntent(view(host.link(facts)))
        val done = settle(controller.get())
        controller.recreate()
        assertEquals(done, state(controller.get()))
        val page = element(controller.get(), "attestlab.page").text.toString()
        assertTrue(page, page.startsWith("1/1 ${done["id"]} "))
        element(controller.get(), "attestlab.next").performClick()
        assertEquals(page, element(controller.get(), "attestlab.page").text.toString())

        // A trip to the background and a link that is delivered once more change nothing.
        controller.pause().stop()
        controller.newIntent(view(host.link(facts)))
        controller.restart().start().resume()
        assertEquals(done, settle(controller.get()))

        // A command that runs while the app is in the background is done when it comes back.
        val later = TestProbe.bytes(16)
        controller.newIntent(view(host.link(host.request("facts", id = later))))
        controller.pause().stop()
        controller.restart().start().resume()
        assertEquals("done" to later, settle(controller.get()).let { it["state"] to it["id"] })
        controller.pause().stop().destroy()
    }

    @Test
    fun `ignores intents that view nothing`() {
        val first = Robolectric.buildActivity(ProbeActivity::class.java, view("attestlab-probe://v1?r=e30", Intent.ACTION_SEND)).setup()
        val shown = state(first.get())
        first.newIntent(view(null))
        first.newIntent(view("attestlab-probe://v1?r=e30", Intent.ACTION_MAIN))
        assertEquals(shown, state(first.get()))
    }
}
