import com.android.apksig.ApkSigner;
import com.android.apksig.ApkVerifier;
import com.android.tools.r8.JdkClassFileProvider;
import com.android.tools.r8.OutputMode;
import com.android.tools.r8.R8;
import com.android.tools.r8.R8Command;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Shrinks the classes, puts them into the package, signs it, and says how large it is. */
final class Package {
    private static final int MIN_SDK = 24;
    private static final int MAX_BYTES = 60_000;

    public static void main(String[] args) throws Exception {
        Path out = Path.of(args[0]);
        Path dex = out.resolve("dex");
        Files.createDirectories(dex);
        R8.run(R8Command.builder()
            .addProgramFiles(Path.of(args[1]), Path.of(args[2]))
            .addLibraryFiles(Path.of(args[3]))
            .addLibraryResourceProvider(JdkClassFileProvider.fromJdkHome(Path.of(System.getProperty("java.home"))))
            .addProguardConfigurationFiles(Path.of("probe/consumer-rules.pro"), Path.of("app/proguard-rules.pro"))
            .setProguardMapOutputPath(out.resolve("mapping.txt"))
            .setMinApiLevel(MIN_SDK)
            .setOutput(dex, OutputMode.DexIndexed)
            .build());
        requireHooks(Files.readAllLines(out.resolve("mapping.txt")));
        Path unsigned = out.resolve("unsigned.zip");
        pack(out.resolve("probe.ap_"), dex.resolve("classes.dex"), unsigned);
        Path apk = out.resolve("probe.apk");
        sign(unsigned, apk, out);
        long size = Files.size(apk);
        System.out.println("APK " + apk + ": " + size + " bytes, at most " + MAX_BYTES + " are allowed");
        if (size >= MAX_BYTES) throw new IOException("the APK has become too large");
    }

    /** Whoever hooks the probe finds these by name: a rule that stops keeping one must not go unnoticed. */
    private static void requireHooks(List<String> mapping) throws IOException {
        for (String hook : List.of("network.PinCheck matches", "keys.Signing sign", "keys.HardwareKeyMaker attestationChain")) {
            String type = "org.attestlab.probe." + hook.split(" ")[0];
            int at = mapping.indexOf(type + " -> " + type + ":");
            boolean isKept = at >= 0 && mapping.stream().skip(at + 1).takeWhile(line -> line.startsWith(" ") || line.startsWith("#"))
                .anyMatch(line -> line.endsWith(" -> " + hook.split(" ")[1]));
            if (!isKept) throw new IOException("the optimizer has not kept " + hook);
        }
    }

    private static void pack(Path resources, Path dex, Path apk) throws IOException {
        try (ZipFile from = new ZipFile(resources.toFile());
            ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(apk))) {
            for (ZipEntry entry : from.stream().collect(Collectors.toList())) {
                byte[] content = from.getInputStream(entry).readAllBytes();
                // Since target 30 the table must be stored, for the system to map it.
                add(to, entry.getName(), content, entry.getMethod() == ZipEntry.STORED);
            }
            add(to, "classes.dex", Files.readAllBytes(dex), false);
        }
    }

    private static void add(ZipOutputStream to, String name, byte[] content, boolean isStored) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        // The same time in every build, so that a package differs only where its content does.
        entry.setTimeLocal(java.time.LocalDateTime.of(1981, 1, 1, 1, 1, 2));
        if (isStored) {
            CRC32 crc = new CRC32();
            crc.update(content);
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(content.length);
            entry.setCrc(crc.getValue());
        }
        to.putNextEntry(entry);
        to.write(content);
        to.closeEntry();
    }

    private static void sign(Path unsigned, Path apk, Path out) throws Exception {
        String path = System.getenv("ATTESTLAB_KEYSTORE");
        boolean isLabs = path != null && !path.isEmpty();
        Path file = isLabs ? Path.of(path) : debugKeystore(out);
        char[] password = isLabs ? required("ATTESTLAB_KEYSTORE_PASSWORD").toCharArray() : "android".toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream stream = Files.newInputStream(file)) {
            store.load(stream, password);
        }
        String alias = isLabs ? required("ATTESTLAB_KEY_ALIAS") : "debug";
        PrivateKey key = (PrivateKey) store.getKey(alias, password);
        Certificate[] chain = store.getCertificateChain(alias);
        if (key == null || chain == null) throw new IOException("no key " + alias + " in " + file);
        List<X509Certificate> certificates = Arrays.stream(chain).map(X509Certificate.class::cast).collect(Collectors.toList());
        // apksig aligns what is stored; v2 is what every phone since API 24 reads.
        new ApkSigner.Builder(List.of(new ApkSigner.SignerConfig.Builder("probe", key, certificates).build()))
            .setInputApk(unsigned.toFile()).setOutputApk(apk.toFile()).setMinSdkVersion(MIN_SDK)
            .setV1SigningEnabled(false).setV2SigningEnabled(true).build().sign();
        ApkVerifier.Result result = new ApkVerifier.Builder(apk.toFile()).setMinCheckedPlatformVersion(MIN_SDK).build().verify();
        if (!result.isVerified()) throw new IOException("the signature does not verify: " + result.getErrors());
        System.out.println("signed with scheme v2 by " + (isLabs ? "the lab's key " + alias : "a debug key made for this build"));
    }

    private static Path debugKeystore(Path out) throws Exception {
        Path file = out.resolve("debug.p12");
        Files.deleteIfExists(file);
        int status = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair", "-keystore", file.toString(), "-storetype", "PKCS12", "-storepass", "android", "-alias", "debug",
            "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=attestlab probe debug", "-validity", "10000")
            .redirectErrorStream(true).start().waitFor();
        if (status != 0) throw new IOException("keytool ended with " + status);
        return file;
    }

    private static String required(String name) throws IOException {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) throw new IOException("ATTESTLAB_KEYSTORE is set, and " + name + " is not");
        return value;
    }
}
