package org.attestlab.probe.phone

import org.attestlab.probe.model.ModelPhone
import org.conscrypt.Conscrypt
import org.junit.Test
import org.junit.runner.JUnitCore
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config
import java.util.concurrent.LinkedBlockingQueue
import javax.net.ssl.SSLContext
import kotlin.system.exitProcess

/** Runs outside of Robolectric's sandbox, and in it what seems to be a test. */
fun main() {
    val result = JUnitCore.runClasses(PhoneProcess::class.java)
    result.failures.forEach { System.err.println(it.trace) }
    exitProcess(if (result.wasSuccessful()) 0 else 1)
}

/** The apps of one virtual phone, for as long as the phone holds the line. */
@RunWith(RobolectricTestRunner::class)
@Config(shadows = [HookedPinCheck::class, HookedKeyMaker::class, HookedProfileS::class, HookedProfileR::class, HookedSender::class])
class PhoneProcess {
    private val tasks = LinkedBlockingQueue<Runnable>()
    private val time = PhoneTime()
    private val orders = LinkedBlockingQueue<Map<String, Any?>>()
    private var life = 0L

    @Test
    fun serve() {
        val port = checkNotNull(System.getenv("ATTESTLAB_PHONE_PORT")) { "started by a virtual phone alone" }.toInt()
        val line = PhoneLine(port, System.getenv("ATTESTLAB_PHONE_TOKEN"), time) { orders.add(it) }
        val device = orders.take()
        val application = RuntimeEnvironment.getApplication()
        val system = PhoneSystem(application, device).apply { install() }
        ModelPhone.install()
        ModelPhone.hardware = PhoneHardware(line)
        PhoneNetwork(line).install()
        PhoneHooks.install(line)
        val app = PhoneApp(application, system, line, time, main = { tasks.add(it) })
        warmUp(app)
        line.tell(mapOf("ready" to mapOf("tlsProvider" to tlsProvider(), "java" to System.getProperty("java.version"))))
        serve(line, app)
    }

    private fun serve(
        line: PhoneLine,
        app: PhoneApp,
    ) {
        Thread({ while (true) orders.take().let { order -> tasks.add { obey(order, app) } } }, "orders")
            .apply { isDaemon = true }
            .start()
        var shown: Any? = null
        while (true) {
            tasks.take().run()
            // Of which life of the app it is: the phone may have ended that one meanwhile.
            val screen = mapOf("life" to life, "screen" to app.screen())
            if (screen != shown) line.tell(screen)
            shown = screen
        }
    }

    private fun obey(
        order: Map<String, Any?>,
        app: PhoneApp,
    ) {
        when (val wanted = order["order"]) {
            "start" -> {
                life = order["life"] as Long
                app.start()
            }
            "end" -> app.end()
            "remove" -> app.remove()
            "tap" -> app.tap(order["accessibilityId"] as String)
            "open" -> {
                time.offsetMs = order["clockOffsetMs"] as Long
                PhoneHooks.switch(order["hooks"] as List<*>)
                app.open(order["link"] as String)
            }
            else -> error("the phone orders $wanted")
        }
    }

    /** The first of everything is slow: nobody's command shall pay for it. */
    private fun warmUp(app: PhoneApp) {
        app.start()
        app.open("attestlab-probe://v1?r=e30")
        app.screen()
        app.remove()
    }

    private fun tlsProvider(): String {
        val provider = SSLContext.getInstance("TLS").provider
        if (!Conscrypt.isConscrypt(provider)) return "${provider.name} ${provider.versionStr}"
        val version = Conscrypt.version()
        return "Conscrypt ${version.major()}.${version.minor()}.${version.patch()}"
    }
}
