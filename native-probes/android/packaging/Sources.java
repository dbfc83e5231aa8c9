import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Writes down of which sources the classes were compiled, so that whoever runs them can tell. */
final class Sources {
    public static void main(String[] args) throws Exception {
        // As JavaScript sorts: by UTF-16 code units, and with a slash on every system.
        TreeSet<String> names = new TreeSet<>(List.of("pom.xml"));
        for (String folder : List.of("app/src", "packaging", "probe/src")) {
            try (Stream<Path> paths = Files.walk(Path.of(folder))) {
                paths.filter(Files::isRegularFile).forEach(path -> names.add(path.toString().replace('\\', '/')));
            }
        }
        StringBuilder lines = new StringBuilder();
        for (String name : names) lines.append(name).append(' ').append(sha256(Files.readAllBytes(Path.of(name)))).append('\n');
        Files.writeString(Path.of(args[0], "sources.sha256"), sha256(lines.toString().getBytes(StandardCharsets.UTF_8)) + "\n");
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
