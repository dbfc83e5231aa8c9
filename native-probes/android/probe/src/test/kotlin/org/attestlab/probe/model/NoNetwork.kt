package org.attestlab.probe.model

import java.io.IOException
import java.net.ProxySelector
import java.net.SocketAddress
import java.net.URI

/** A phone whose owner has taken the network away from the app: what the platform then throws is no IOException. */
internal object NoNetwork {
    fun during(act: () -> Unit) {
        val before = ProxySelector.getDefault()
        ProxySelector.setDefault(Refusing)
        try {
            act()
        } finally {
            ProxySelector.setDefault(before)
        }
    }

    private object Refusing : ProxySelector() {
        override fun select(uri: URI?) = throw SecurityException("Permission denied (missing INTERNET permission?)")

        override fun connectFailed(
            uri: URI?,
            address: SocketAddress?,
            failure: IOException?,
        ) = Unit
    }
}
