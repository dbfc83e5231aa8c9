package org.attestlab.probe.network

import org.attestlab.probe.keys.ClientIdentity
import java.net.Socket
import java.security.Principal
import java.security.PrivateKey
import java.security.cert.X509Certificate
import javax.net.ssl.SSLEngine
import javax.net.ssl.X509ExtendedKeyManager

/** Presents one certificate, whose key may never leave its hardware. */
internal class ClientKeyManager(
    private val identity: ClientIdentity,
) : X509ExtendedKeyManager() {
    override fun chooseClientAlias(
        keyType: Array<String>?,
        issuers: Array<Principal>?,
        socket: Socket?,
    ): String? = choose(keyType)

    override fun chooseEngineClientAlias(
        keyType: Array<String>?,
        issuers: Array<Principal>?,
        engine: SSLEngine?,
    ): String? = choose(keyType)

    override fun getClientAliases(
        keyType: String?,
        issuers: Array<Principal>?,
    ): Array<String>? = choose(keyType?.let { arrayOf(it) })?.let { arrayOf(it) }

    override fun getCertificateChain(alias: String?): Array<X509Certificate> = identity.chain.toTypedArray()

    override fun getPrivateKey(alias: String?): PrivateKey = identity.key

    override fun getServerAliases(
        keyType: String?,
        issuers: Array<Principal>?,
    ): Array<String>? = null

    override fun chooseServerAlias(
        keyType: String?,
        issuers: Array<Principal>?,
        socket: Socket?,
    ): String? = null

    // The issuers that a server names are not looked at: which certificate to show is the host's choice.
    private fun choose(keyTypes: Array<String>?): String? {
        val fits = keyTypes == null || keyTypes.any { it.startsWith(identity.key.algorithm) }
        return if (fits) ALIAS else null
    }

    private companion object {
        const val ALIAS = "client"
    }
}
