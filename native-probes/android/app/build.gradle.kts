plugins {
    id("com.android.application")
    id("org.jetbrains.kotlin.android")
}

/** Of the environment, so that no key and no project number stands in a file. */
fun environment(name: String): String? = providers.environmentVariable(name).orNull

android {
    namespace = "org.attestlab.probe.app"
    compileSdk = 36

    defaultConfig {
        applicationId = "org.attestlab.probe"
        minSdk = 24
        targetSdk = 36
        versionCode = 1
        versionName = "1.0.0"
    }

    flavorDimensions += listOf("trust", "integrity")
    productFlavors {
        // What the network security configuration trusts: the plain one, users' authorities too, or pins.
        create("plain") { dimension = "trust" }
        create("userTrust") { dimension = "trust" }
        create("pinSet") { dimension = "trust" }
        create("noPlay") { dimension = "integrity" }
        create("play") {
            dimension = "integrity"
            buildConfigField("long", "CLOUD_PROJECT", (environment("ATTESTLAB_CLOUD_PROJECT") ?: "0") + "L")
        }
    }

    buildFeatures { buildConfig = true }

    signingConfigs {
        environment("ATTESTLAB_KEYSTORE")?.let { path ->
            create("lab") {
                storeFile = file(path)
                storePassword = environment("ATTESTLAB_KEYSTORE_PASSWORD")
                keyAlias = environment("ATTESTLAB_KEY_ALIAS")
                keyPassword = environment("ATTESTLAB_KEYSTORE_PASSWORD")
            }
        }
    }

    buildTypes {
        release {
            isMinifyEnabled = true
            proguardFiles("proguard-rules.pro")
            signingConfig = signingConfigs.findByName("lab") ?: signingConfigs.getByName("debug")
        }
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_11
        targetCompatibility = JavaVersion.VERSION_11
    }
}

kotlin {
    jvmToolchain(17)
    compilerOptions { jvmTarget = org.jetbrains.kotlin.gradle.dsl.JvmTarget.JVM_11 }
}

dependencies {
    implementation(project(":probe"))
    "playImplementation"("com.google.android.play:integrity:1.4.0")
}
