package attestlab.peers;

import ch.veehait.devicecheck.appattest.AppleAppAttest;
import ch.veehait.devicecheck.appattest.assertion.AssertionValidator;
import ch.veehait.devicecheck.appattest.attestation.AttestationValidator;
import ch.veehait.devicecheck.appattest.common.App;
import ch.veehait.devicecheck.appattest.common.AppleAppAttestEnvironment;
import ch.veehait.devicecheck.appattest.receipt.ReceiptValidator;
import java.security.cert.TrustAnchor;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;

/** ch.veehait.devicecheck:devicecheck-appattest, which takes clock and roots; it judges receipts too. */
final class DeviceCheckAppAttest implements Peer {
    /** Longer than any receipt lives: where a vector sets no age, the library's five minutes would. */
    private static final Duration ANY_AGE = Duration.ofDays(36_500);

    @Override
    public void judge(Vector vector) throws Exception {
        switch (vector.format()) {
            case "app-attest-attestation" -> attestation(vector);
            case "app-attest-assertion" -> assertion(vector);
            case "app-attest-receipt" -> receipt(vector);
            default -> throw new Unsupported("judges no " + vector.format());
        }
    }

    private static void attestation(Vector vector) throws Exception {
        byte[] clientData = ClientData.hashingTo(vector.expected("clientDataHash"));
        String keyId = Base64.getEncoder().encodeToString(vector.expected("keyId"));
        Ways.firstAccepted(Ways.calls(vector), way -> {
            AppleAppAttest library = library(way.appId(), way.isProduction());
            library.createAttestationValidator(
                anchor(vector, "appAttest",
                    AttestationValidator.APPLE_APP_ATTEST_ROOT_CA_BUILTIN_TRUST_ANCHOR),
                clock(vector),
                receipts(library, vector, ANY_AGE)
            ).validate(vector.evidence(), keyId, clientData);
        });
    }

    private static void assertion(Vector vector) throws Exception {
        byte[] clientData = ClientData.hashingTo(vector.expected("clientDataHash"));
        Ways.firstAccepted(vector.appIds(), appId -> {
            AssertionValidator validator = library(appId, true)
                // What a challenge is, and where it lies in client data, is the caller's.
                .createAssertionValidator((assertion, data, key, challenge) -> true);
            validator.validate(
                vector.evidence(), clientData, Points.key(vector.expected("publicKey")),
                vector.expectedNumber("previousCounter"), new byte[0]);
        });
    }

    private static void receipt(Vector vector) throws Exception {
        if (vector.appIds().isEmpty() || !vector.expects("publicKey")) {
            throw new Unsupported("it wants an app id and a key for a receipt");
        }
        Duration age = vector.expects("maxAgeSeconds")
            ? Duration.ofSeconds(vector.expectedNumber("maxAgeSeconds"))
            : ANY_AGE;
        Ways.firstAccepted(vector.appIds(), appId ->
            receipts(library(appId, true), vector, age).validateReceipt(
                vector.evidence(), Points.key(vector.expected("publicKey")),
                vector.now().minus(age)));
    }

    private static ReceiptValidator receipts(AppleAppAttest library, Vector vector, Duration age)
        throws Exception {
        TrustAnchor root = anchor(
            vector, "receipts", ReceiptValidator.APPLE_PUBLIC_ROOT_CA_G3_BUILTIN_TRUST_ANCHOR);
        return library.createReceiptValidator(root, clock(vector), age);
    }

    private static AppleAppAttest library(String appId, boolean isProduction) {
        int dot = appId.indexOf('.');
        return new AppleAppAttest(
            new App(appId.substring(0, dot), appId.substring(dot + 1)),
            isProduction
                ? AppleAppAttestEnvironment.PRODUCTION
                : AppleAppAttestEnvironment.DEVELOPMENT);
    }

    // It takes one root; where a vector has none, its own stays, which refuses all of ours.
    private static TrustAnchor anchor(Vector vector, String kind, TrustAnchor own) throws Exception {
        List<TrustAnchor> anchors = vector.anchors(kind);
        return anchors.isEmpty() ? own : anchors.get(0);
    }

    private static Clock clock(Vector vector) {
        return Clock.fixed(vector.now(), ZoneOffset.UTC);
    }
}
