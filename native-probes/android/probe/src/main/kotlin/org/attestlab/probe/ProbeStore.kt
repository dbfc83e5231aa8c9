package org.attestlab.probe

import android.content.Context
import android.content.SharedPreferences

/** What the probe keeps in the app's own storage: texts by name. */
class ProbeStore(
    private val preferences: SharedPreferences,
) {
    constructor(context: Context) : this(context.getSharedPreferences(FILE, Context.MODE_PRIVATE))

    fun get(name: String): String? = preferences.getString(name, null)

    /** Kept before it returns: a key whose record is lost would be left behind. */
    fun set(
        name: String,
        text: String,
    ) = check(preferences.edit().putString(name, text).commit()) { "the app's storage cannot be written" }

    fun remove(vararg names: String) {
        val edit = preferences.edit()
        for (name in names) edit.remove(name)
        check(edit.commit()) { "the app's storage cannot be written" }
    }

    fun names(prefix: String): List<String> = preferences.all.keys.filter { it.startsWith(prefix) }

    private companion object {
        const val FILE = "attestlab-probe"
    }
}
