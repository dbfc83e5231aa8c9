package attestlab.peers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The program behind a peer on the JVM: vectors on stdin, results on stdout, a line each. */
public final class Main {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Main() {}

    public static void main(String[] args) throws IOException {
        ClientData.install();
        Peer peer = switch (args.length == 1 ? args[0] : "") {
            case "webauthn4j-appattest" -> new WebAuthn4j();
            case "devicecheck-appattest" -> new DeviceCheckAppAttest();
            default -> throw new IllegalArgumentException("usage: Main PEER");
        };
        // Results alone go to stdout, whatever a library prints.
        PrintStream results = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!line.isBlank()) results.println(JSON.writeValueAsString(answer(peer, line)));
        }
    }

    private static ObjectNode answer(Peer peer, String line) {
        JsonNode json;
        try {
            json = JSON.readTree(line);
        } catch (JsonProcessingException malformed) {
            return result(null, "unsupported", "no JSON: " + malformed.getOriginalMessage());
        }
        if (json == null || !json.path("id").isTextual()) {
            return result(null, "unsupported", "no vector: no id");
        }
        String id = json.path("id").asText();
        try {
            peer.judge(new Vector(json));
            return result(id, "accepted", "");
        } catch (Peer.Unsupported unsupported) {
            return result(id, "unsupported", unsupported.getMessage());
        } catch (Exception refusal) {
            return result(id, "rejected", words(refusal));
        }
    }

    private static ObjectNode result(String id, String verdict, String reason) {
        return JSON.createObjectNode().put("id", id).put("verdict", verdict).put("reason", reason);
    }

    private static String words(Throwable thrown) {
        String own = thrown.getClass().getSimpleName()
            + (thrown.getMessage() == null ? "" : ": " + thrown.getMessage().lines().findFirst().orElse(""));
        return thrown.getCause() == null || thrown.getCause() == thrown
            ? own
            : own + ": " + words(thrown.getCause());
    }
}
