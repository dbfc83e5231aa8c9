import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Turns manifest and resources into a binary package and the class R. */
final class Resources {
    private static final String MIN_SDK = "24";
    private static final String TARGET_SDK = "36";

    public static void main(String[] args) throws Exception {
        Path out = Path.of(args[0]);
        String flavour = args[1];
        String manifest = Files.readString(Path.of("app/src/main/AndroidManifest.xml"));
        // What Gradle writes into a manifest: the source has none of it, so that both builds can use it.
        String built = manifest.replaceFirst("<manifest ", "<manifest package=\"org.attestlab.probe\""
            + " android:versionCode=\"" + args[2] + "\" android:versionName=\"" + args[3] + "\" ")
            .replaceFirst("<uses-permission", "<uses-sdk android:minSdkVersion=\"" + MIN_SDK
                + "\" android:targetSdkVersion=\"" + TARGET_SDK + "\" />\n    <uses-permission");
        Path manifestFile = out.resolve("AndroidManifest.xml");
        Files.writeString(manifestFile, built);
        Files.createDirectories(out.resolve("generated"));
        Files.createDirectories(out.resolve("assets"));
        classesOf(out.resolve("tools/monitor.aar"), out.resolve("tools/monitor.jar"));
        classesOf(out.resolve("tools/idling.aar"), out.resolve("tools/idling.jar"));

        // Robolectric looks for them in one folder; each is too large to copy.
        Path platforms = Files.createDirectories(out.resolve("android"));
        for (String jar : List.of(args).subList(4, args.length)) {
            Path link = platforms.resolve(Path.of(jar).getFileName());
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, Path.of(jar));
        }

        Path aapt2 = out.resolve("tools/prebuilt/linux/aapt2");
        if (!aapt2.toFile().setExecutable(true)) throw new IOException("cannot make aapt2 executable");
        List<String> link = new ArrayList<>(List.of(aapt2.toString(), "link",
            "-I", out.resolve("tools/prebuilt/android-framework.jar").toString(),
            "--manifest", manifestFile.toString(),
            "--java", out.resolve("generated").toString(), "--custom-package", "org.attestlab.probe.app",
            "-o", out.resolve("probe.ap_").toString()));
        link.add(compiled(aapt2, out, "main").toString());
        if (!flavour.equals("default")) link.addAll(List.of("-R", compiled(aapt2, out, flavour).toString()));
        run(link);
    }

    private static Path compiled(Path aapt2, Path out, String sourceSet) throws Exception {
        Path resources = Path.of("app/src", sourceSet, "res");
        if (!Files.isDirectory(resources)) throw new IOException("no flavour " + sourceSet + ": default, userTrust or pinSet");
        Path zip = out.resolve("res-" + sourceSet + ".zip");
        run(List.of(aapt2.toString(), "compile", "--dir", resources.toString(), "-o", zip.toString()));
        return zip;
    }

    private static void classesOf(Path aar, Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(aar.toFile())) {
            ZipEntry classes = zip.getEntry("classes.jar");
            Files.write(jar, zip.getInputStream(classes).readAllBytes());
        }
    }

    private static void run(List<String> command) throws Exception {
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) throw new IOException(command.get(1) + " of aapt2 ended with " + status);
    }
}
