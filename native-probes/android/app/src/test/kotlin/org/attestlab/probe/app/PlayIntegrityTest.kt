package org.attestlab.probe.app

import com.google.android.gms.tasks.Tasks
import com.google.android.play.core.integrity.IntegrityManager
import com.google.android.play.core.integrity.IntegrityManagerFactory
import com.google.android.play.core.integrity.IntegrityServiceException
import com.google.android.play.core.integrity.IntegrityTokenResponse
import com.google.android.play.core.integrity.StandardIntegrityException
import com.google.android.play.core.integrity.StandardIntegrityManager
import com.google.android.play.core.integrity.StandardIntegrityManager.StandardIntegrityToken
import com.google.android.play.core.integrity.StandardIntegrityManager.StandardIntegrityTokenProvider
import org.attestlab.probe.IntegrityRefusal
import org.attestlab.probe.app.play.PlayIntegrity
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config
import java.util.concurrent.ExecutionException

/** The Play flavour against stand-ins for Google's library. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35])
class PlayIntegrityTest {
    private val integrity = PlayIntegrity(RuntimeEnvironment.getApplication(), PROJECT)
    private val asked = ArrayList<Any?>()

    private fun refusal(act: () -> Unit) = assertThrows(IntegrityRefusal::class.java) { act() }

    /** Warms up as often as it is asked to; each time with the next of these providers. */
    private fun standard(vararg providers: StandardIntegrityTokenProvider) {
        val left = providers.toMutableList()
        IntegrityManagerFactory.standard =
            StandardIntegrityManager {
                asked.add(it.cloudProjectNumber)
                Tasks.forResult(left.removeAt(0))
            }
    }

    private val good =
        StandardIntegrityTokenProvider { request ->
            asked.add(request.requestHash)
            Tasks.forResult(StandardIntegrityToken("token"))
        }

    @Test
    fun `hands a nonce on with the project, and the token back`() {
        IntegrityManagerFactory.classic =
            IntegrityManager { request ->
                asked.addAll(listOf(request.nonce, request.cloudProjectNumber))
                Tasks.forResult(IntegrityTokenResponse("token"))
            }
        assertEquals("token", integrity.classic("nonce"))
        assertEquals(listOf<Any?>("nonce", PROJECT), asked)
    }

    @Test
    fun `warms up once for many requests`() {
        standard(good)
        assertEquals("token", integrity.standard("one"))
        assertEquals("token", integrity.standard("two"))
        assertEquals(listOf<Any?>(PROJECT, "one", "two"), asked)
    }

    @Test
    fun `warms up again after a provider that is no longer valid, and tries no request twice`() {
        val invalid = StandardIntegrityTokenProvider { Tasks.forException(StandardIntegrityException(-19)) }
        standard(invalid, good)
        assertEquals(-19, refusal { integrity.standard("one") }.code)
        assertEquals("token", integrity.standard("two"))
        assertEquals(listOf<Any?>(PROJECT, PROJECT, "two"), asked)
    }

    @Test
    fun `keeps what is warm after any other refusal`() {
        var isFirst = true
        standard({ request -> if (isFirst) Tasks.forException(StandardIntegrityException(-8)) else good.request(request) })
        assertEquals(-8, refusal { integrity.standard("one") }.code)
        isFirst = false
        assertEquals("token", integrity.standard("two"))
    }

    @Test
    fun `says which interface refused, since their numbers differ`() {
        IntegrityManagerFactory.classic =
            IntegrityManager { Tasks.forException(IntegrityServiceException(-17)) }
        val classic = refusal { integrity.classic("nonce") }
        assertEquals("IntegrityServiceException" to true, classic.exception to classic.isTransient)
        standard({ Tasks.forException(StandardIntegrityException(-17)) })
        val standard = refusal { integrity.standard("hash") }
        assertEquals("StandardIntegrityException" to false, standard.exception to standard.isTransient)
    }

    @Test
    fun `ends where no answer comes, and hides no failure of another kind`() {
        standard({ Tasks.pending() })
        assertTrue(refusal { integrity.standard("hash") }.isTransient)
        IntegrityManagerFactory.classic =
            IntegrityManager { Tasks.forException(IllegalStateException("a bug")) }
        assertThrows(ExecutionException::class.java) { integrity.classic("nonce") }
    }

    private companion object {
        const val PROJECT = 123_456_789L
    }
}
