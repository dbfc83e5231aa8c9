package attestlab.peers;

import com.webauthn4j.anchor.TrustAnchorRepository;
import com.webauthn4j.appattest.DeviceCheckManager;
import com.webauthn4j.appattest.authenticator.DCAppleDeviceImpl;
import com.webauthn4j.appattest.data.DCAssertionParameters;
import com.webauthn4j.appattest.data.DCAssertionRequest;
import com.webauthn4j.appattest.data.DCAttestationParameters;
import com.webauthn4j.appattest.data.DCAttestationRequest;
import com.webauthn4j.appattest.server.DCServerProperty;
import com.webauthn4j.data.attestation.authenticator.AAGUID;
import com.webauthn4j.data.attestation.authenticator.AttestedCredentialData;
import com.webauthn4j.data.attestation.authenticator.EC2COSEKey;
import com.webauthn4j.data.attestation.statement.COSEAlgorithmIdentifier;
import com.webauthn4j.data.attestation.statement.CertificateBaseAttestationStatement;
import com.webauthn4j.verifier.attestation.trustworthiness.certpath.CertPathTrustworthinessVerifier;
import com.webauthn4j.verifier.attestation.trustworthiness.certpath.DefaultCertPathTrustworthinessVerifier;
import java.security.cert.TrustAnchor;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/** com.webauthn4j:webauthn4j-appattest. Its clock is the machine's, so the path verifier is given ours. */
final class WebAuthn4j implements Peer {
    @Override
    public void judge(Vector vector) throws Exception {
        switch (vector.format()) {
            case "app-attest-attestation" -> attestation(vector);
            case "app-attest-assertion" -> assertion(vector);
            default -> throw new Unsupported("judges no " + vector.format());
        }
    }

    private static void attestation(Vector vector) throws Exception {
        Ways.firstAccepted(Ways.calls(vector), way -> {
            DeviceCheckManager manager = new DeviceCheckManager(pathVerifier(vector));
            manager.getAttestationDataValidator().setProduction(way.isProduction());
            manager.validate(
                new DCAttestationRequest(
                    vector.expected("keyId"), vector.evidence(), vector.expected("clientDataHash")),
                new DCAttestationParameters(new DCServerProperty(way.appId(), null)));
        });
    }

    private static void assertion(Vector vector) throws Exception {
        byte[] point = vector.expected("publicKey");
        byte[] keyId = java.security.MessageDigest.getInstance("SHA-256").digest(point);
        EC2COSEKey key = EC2COSEKey.create(Points.key(point), COSEAlgorithmIdentifier.ES256);
        Ways.firstAccepted(vector.appIds(), appId -> {
            DCAppleDeviceImpl device = new DCAppleDeviceImpl(
                new AttestedCredentialData(AAGUID.ZERO, keyId, key),
                null,
                vector.expectedNumber("previousCounter"),
                null);
            new DeviceCheckManager(pathVerifier(vector)).validate(
                new DCAssertionRequest(keyId, vector.evidence(), vector.expected("clientDataHash")),
                new DCAssertionParameters(new DCServerProperty(appId, null), device));
        });
    }

    private static CertPathTrustworthinessVerifier pathVerifier(Vector vector) throws Exception {
        Set<TrustAnchor> anchors = new HashSet<>(vector.anchors("appAttest"));
        DefaultCertPathTrustworthinessVerifier verifier =
            new DefaultCertPathTrustworthinessVerifier(new TrustAnchorRepository() {
                @Override
                public Set<TrustAnchor> find(AAGUID aaguid) {
                    return anchors;
                }

                @Override
                public Set<TrustAnchor> find(byte[] keyIdentifier) {
                    return anchors;
                }
            });
        Instant now = vector.now();
        return new CertPathTrustworthinessVerifier() {
            @Override
            public void verify(
                AAGUID aaguid, CertificateBaseAttestationStatement statement, Instant ignored) {
                verifier.verify(aaguid, statement, now);
            }
        };
    }
}
