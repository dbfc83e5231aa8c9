package org.attestlab.probe

import android.content.Context
import android.os.Handler
import android.os.Looper
import org.attestlab.probe.keys.ProbeKeys
import org.attestlab.probe.network.HttpsSender
import org.attestlab.probe.network.OneTimeUrl
import org.attestlab.probe.protocol.Answer
import org.attestlab.probe.protocol.Base64Url
import org.attestlab.probe.protocol.DeepLink
import org.attestlab.probe.protocol.ErrorCode
import org.attestlab.probe.protocol.Limits
import org.attestlab.probe.protocol.ProbeFailure
import org.attestlab.probe.protocol.Request
import org.attestlab.probe.protocol.Screen
import java.util.concurrent.Executor
import java.util.concurrent.Executors

/** How a build of the probe differs from the plain one. */
class ProbeOptions(
    /** Asks for brand, device and model in attestations, and does without where the phone refuses. */
    val attestsDeviceProperties: Boolean = false,
    /** Has servers judged by the app's network security configuration too. */
    val alsoPlatformTrust: Boolean = false,
    /** Play Integrity, where the build has Google's library. */
    val integrity: IntegrityTokens? = null,
)

/**
 * The probe: takes deep links, obeys its owner's, and has a screen to show. One for the whole
 * process, so that a rotation or a trip to the background loses no running command. Every call must
 * come from the main thread; the work is done elsewhere.
 */
class Probe internal constructor(
    store: ProbeStore,
    private val commands: Commands,
    private val worker: Executor,
    private val main: Executor,
    private val fetch: (String) -> String?,
    private val clock: Clock,
) {
    constructor(context: Context, options: ProbeOptions = ProbeOptions()) : this(
        context.applicationContext,
        options,
        ProbeStore(context),
        Executors.newCachedThreadPool(),
        Handler(Looper.getMainLooper()).let { handler -> Executor { handler.post(it) } },
    )

    internal constructor(
        context: Context,
        options: ProbeOptions,
        store: ProbeStore,
        worker: Executor,
        main: Executor,
        clock: Clock = Clock(),
    ) : this(
        store,
        Commands(
            Facts(context, clock = clock),
            ProbeKeys(store, options.attestsDeviceProperties),
            HttpsSender(options.alsoPlatformTrust),
            options.integrity,
            clock,
        ),
        worker,
        main,
        { OneTimeUrl.fetch(it) },
        clock,
    )

    private val owner = Owner(store)
    private var isBusy = false

    /** Id of the request that the screen belongs to: the newest, whatever runs. */
    private var current = NO_ID
    private var screen = Screen.IDLE
    private var pageIndex = 0

    /** Told when the screen has changed. */
    var onChange: () -> Unit = {}

    /** Text of the element `attestlab.state`. */
    val stateText: String get() = screen.state

    /** Text of the element `attestlab.page`. */
    val pageText: String get() = screen.page(pageIndex)

    /** Turns to the next page, and stays on the last. */
    fun nextPage() {
        pageIndex = (pageIndex + 1).coerceAtMost((screen.pageCount - 1).coerceAtLeast(0))
        onChange()
    }

    /** Takes a deep link; one that is none of this protocol is ignored. */
    fun open(link: String) {
        when (val parsed = DeepLink.parse(link)) {
            null -> return
            is DeepLink.Inline -> receive(parsed.json, null)
            is DeepLink.Remote ->
                worker.execute {
                    val json = fetched(parsed.url)
                    main.execute {
                        if (json != null) {
                            receive(json, parsed.id)
                        } else {
                            refuse(parsed.id, ProbeFailure(ErrorCode.REQUEST_UNREACHABLE, "the one-time URL could not be read"))
                        }
                    }
                }
        }
    }

    private fun fetched(url: String): String? =
        try {
            fetch(url)
        } catch (
            @Suppress("TooGenericExceptionCaught") _: Exception, // Such as SecurityException, where the app may use no network.
        ) {
            null
        }

    private fun receive(
        json: String,
        linkId: String?,
    ) {
        val request =
            try {
                Request.parse(json)
            } catch (failure: ProbeFailure) {
                return refuse(linkId ?: NO_ID, failure)
            }
        if (linkId != null && request.id != linkId) {
            return refuse(linkId, ProbeFailure(ErrorCode.MALFORMED_REQUEST, "the request has another id than its link"))
        }
        if (!owner.isNew(request.id)) return
        try {
            owner.admit(request)
        } catch (failure: ProbeFailure) {
            return refuse(request.id, failure)
        }
        if (isBusy) {
            // The owner gave up on the running command: its answer must not replace this one later.
            answer(request.id, Answer.failed(request.id, ProbeFailure(ErrorCode.BUSY, "a command is running"), 0))
        } else {
            begin(request)
        }
    }

    private fun begin(request: Request) {
        isBusy = true
        current = request.id
        turnTo(Screen.busy(request.id))
        worker.execute {
            val json = perform(request)
            main.execute {
                isBusy = false
                if (current == request.id) answer(request.id, json)
            }
        }
    }

    private fun perform(request: Request): String {
        val begunAt = clock.elapsedMs()
        return try {
            val result = commands.run(request.command, request.args)
            Answer.ok(request.id, result, clock.elapsedMs() - begunAt)
        } catch (failure: ProbeFailure) {
            Answer.failed(request.id, failure, clock.elapsedMs() - begunAt)
        } catch (
            @Suppress("TooGenericExceptionCaught") failure: Exception, // Whatever it is, the host is told, and nothing crashes.
        ) {
            val internal = ProbeFailure(ErrorCode.INTERNAL, "${failure.javaClass.simpleName}: ${failure.message}")
            Answer.failed(request.id, internal, clock.elapsedMs() - begunAt)
        }
    }

    // A stranger must not be able to wipe the owner's running command off the screen.
    private fun refuse(
        id: String,
        failure: ProbeFailure,
    ) {
        if (!isBusy) answer(id, Answer.failed(id, failure, 0))
    }

    private fun answer(
        id: String,
        json: String,
    ) {
        current = id
        turnTo(Screen.done(id, json))
    }

    private fun turnTo(next: Screen) {
        screen = next
        pageIndex = 0
        onChange()
    }

    private companion object {
        val NO_ID = Base64Url.encode(ByteArray(Limits.ID_BYTES))
    }
}
