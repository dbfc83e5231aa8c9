package org.attestlab.probe.phone

import org.attestlab.probe.formats.ProfileR
import org.attestlab.probe.formats.ProfileS
import org.attestlab.probe.formats.RequestToSign
import org.attestlab.probe.keys.ClientIdentity
import org.attestlab.probe.keys.HardwareKeyMaker
import org.attestlab.probe.network.HttpsSender
import org.attestlab.probe.network.OutgoingRequest
import org.attestlab.probe.network.PinCheck
import org.attestlab.probe.network.SendResult
import org.attestlab.probe.protocol.Base64Url
import org.attestlab.probe.protocol.Json
import org.attestlab.probe.protocol.utf8Text
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.robolectric.annotation.RealObject
import org.robolectric.shadow.api.Shadow.directlyOn
import org.robolectric.util.ReflectionHelpers.ClassParameter.from
import org.robolectric.util.ReflectionHelpers.getField
import java.security.KeyStore
import java.security.cert.X509Certificate

/**
 * Hooks of somebody in the app's process. Robolectric puts the classes below in the place of single
 * methods of the app, as Frida does on a phone; the app's own code is not changed for it. With no hook
 * on, each calls what it has replaced.
 */
internal object PhoneHooks {
    @Volatile
    private var on: Set<Any?> = emptySet()
    private lateinit var line: PhoneLine

    fun install(phone: PhoneLine) {
        line = phone
    }

    fun switch(names: List<*>) {
        on = names.toSet()
    }

    fun has(name: String) = name in on

    fun forged(chain: List<X509Certificate>): List<X509Certificate> {
        val answer = line.ask("attacker/forge", mapOf("chain" to chain.map { Base64Url.encode(it.encoded) }))
        return checkNotNull(PhoneHardware.certificates(answer["chain"] as List<*>))
    }

    // What is no order, such as a request for a challenge, passes as it is: the hook is after the money.
    fun changedOrder(body: ByteArray): ByteArray {
        val order = utf8Text(body)?.let { Json.parseObject(it) }
        return if (order == null || "quantity" !in order) body else Json.write(order + ("quantity" to QUANTITY)).toByteArray()
    }

    private const val QUANTITY = 1000
}

@Implements(PinCheck::class, isInAndroidSdk = false)
internal class HookedPinCheck {
    @RealObject
    private lateinit var app: PinCheck

    @Implementation
    fun matches(
        chain: List<X509Certificate>,
        pins: List<String>,
    ): Boolean {
        if (PhoneHooks.has("pin-check-forced")) return true
        return directlyOn(app, PinCheck::class.java, "matches", from(List::class.java, chain), from(List::class.java, pins))
    }
}

@Implements(HardwareKeyMaker::class, isInAndroidSdk = false)
internal class HookedKeyMaker {
    @RealObject
    private lateinit var app: HardwareKeyMaker

    @Implementation
    fun attestationChain(
        store: KeyStore,
        alias: String,
    ): List<X509Certificate> {
        val type = HardwareKeyMaker::class.java
        val chain: List<X509Certificate> =
            directlyOn(app, type, "attestationChain", from(KeyStore::class.java, store), from(String::class.java, alias))
        return if (PhoneHooks.has("attestation-replaced")) PhoneHooks.forged(chain) else chain
    }
}

@Implements(ProfileS::class, isInAndroidSdk = false)
internal class HookedProfileS {
    @RealObject
    private lateinit var app: ProfileS

    @Implementation
    fun headers(
        keyId: String,
        sign: (ByteArray) -> ByteArray,
    ): List<List<String>> {
        val signs = if (changesBeforeSigning()) ProfileS(changed(getField(app, "request"))) else app
        return directlyOn(signs, ProfileS::class.java, "headers", from(String::class.java, keyId), from(Function1::class.java, sign))
    }
}

@Implements(ProfileR::class, isInAndroidSdk = false)
internal class HookedProfileR {
    @RealObject
    private lateinit var app: ProfileR

    @Implementation
    fun headers(
        keyId: String,
        sign: (ByteArray) -> ByteArray,
    ): List<List<String>> {
        val signs = if (changesBeforeSigning()) ProfileR(changed(getField(app, "request"))) else app
        return directlyOn(signs, ProfileR::class.java, "headers", from(String::class.java, keyId), from(Function1::class.java, sign))
    }
}

@Implements(HttpsSender::class, isInAndroidSdk = false)
internal class HookedSender {
    @RealObject
    private lateinit var app: HttpsSender

    // The app makes an order, signs it and sends it; the protocol has the last two apart. What was
    // changed before the signature must therefore be changed here as well.
    @Implementation
    fun send(
        request: OutgoingRequest,
        client: ClientIdentity?,
    ): SendResult {
        val changes = changesBeforeSigning() || PhoneHooks.has("body-changed-after-signing")
        val sent =
            if (!changes) {
                request
            } else {
                request.run { OutgoingRequest(url, method, headers, PhoneHooks.changedOrder(body), anchors, pins) }
            }
        val type = HttpsSender::class.java
        return directlyOn(app, type, "send", from(OutgoingRequest::class.java, sent), from(ClientIdentity::class.java, client))
    }
}

private fun changesBeforeSigning() = PhoneHooks.has("body-changed-before-signing")

private fun changed(request: RequestToSign) =
    request.run { RequestToSign(method, authority, target, epoch, counter, timestampMs, contentType, PhoneHooks.changedOrder(body)) }
