package attestlab.peers;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A vector as it came, by the names of its schema. */
record Vector(JsonNode json) {
    String format() {
        return json.path("format").asText();
    }

    Instant now() {
        return Instant.parse(json.path("now").asText());
    }

    byte[] evidence() {
        return bytes(json.path("evidence").path("bytes"));
    }

    byte[] expected(String name) {
        return bytes(json.path("expected").path(name));
    }

    boolean expects(String name) {
        return json.path("expected").hasNonNull(name);
    }

    long expectedNumber(String name) {
        return json.path("expected").path(name).asLong();
    }

    List<String> appIds() {
        return texts(json.path("expected").path("appIds"));
    }

    List<String> environments() {
        return texts(json.path("policy").path("settings").path("environments"));
    }

    /** The roots of a kind; none where the vector trusts nobody. */
    List<TrustAnchor> anchors(String kind) throws CertificateException {
        List<TrustAnchor> anchors = new ArrayList<>();
        for (JsonNode anchor : json.path("trust").path(kind)) {
            byte[] der = bytes(anchor.path("certificate"));
            X509Certificate root = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(der));
            anchors.add(new TrustAnchor(root, null));
        }
        return anchors;
    }

    private static byte[] bytes(JsonNode node) {
        return Base64.getUrlDecoder().decode(node.asText());
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(one -> texts.add(one.asText()));
        return texts;
    }
}
