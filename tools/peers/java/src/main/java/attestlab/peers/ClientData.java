package attestlab.peers;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.MessageDigestSpi;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.util.Arrays;

/**
 * Client data for libraries that hash it themselves. A vector states the hash alone, so SHA-256
 * answers with that hash for these very bytes, and is itself for all others. In this process alone.
 */
final class ClientData {
    private static final byte[] STAND_IN = new byte[32];
    private static byte[] hash = new byte[0];

    static {
        new SecureRandom().nextBytes(STAND_IN);
    }

    private ClientData() {}

    /** Puts the digest before the platform's; once, before a library loads. */
    static void install() {
        Security.insertProviderAt(new StandInProvider(), 1);
    }

    /** The bytes to hand to a library whose hash is to be this one. */
    static byte[] hashingTo(byte[] clientDataHash) {
        hash = clientDataHash.clone();
        return STAND_IN.clone();
    }

    private static final class StandInProvider extends Provider {
        StandInProvider() {
            super("AttestlabClientData", "1", "SHA-256 of client data of which the hash is known");
            put("MessageDigest.SHA-256", Digest.class.getName());
        }
    }

    /** SHA-256 of the platform, but for the stand-in. */
    public static final class Digest extends MessageDigestSpi {
        private final MessageDigest real;
        private final java.io.ByteArrayOutputStream seen = new java.io.ByteArrayOutputStream();

        public Digest() throws NoSuchAlgorithmException, java.security.NoSuchProviderException {
            real = MessageDigest.getInstance("SHA-256", "SUN");
        }

        @Override
        protected void engineUpdate(byte input) {
            real.update(input);
            see(new byte[] {input}, 0, 1);
        }

        @Override
        protected void engineUpdate(byte[] input, int offset, int length) {
            real.update(input, offset, length);
            see(input, offset, length);
        }

        // A byte more than the stand-in has is enough to tell that it is something else.
        private void see(byte[] input, int offset, int length) {
            int room = STAND_IN.length + 1 - seen.size();
            seen.write(input, offset, Math.min(length, Math.max(room, 0)));
        }

        @Override
        protected byte[] engineDigest() {
            byte[] digest = real.digest();
            boolean isStandIn = Arrays.equals(seen.toByteArray(), STAND_IN);
            seen.reset();
            return isStandIn ? hash.clone() : digest;
        }

        @Override
        protected int engineDigest(byte[] output, int offset, int length) throws DigestException {
            byte[] digest = engineDigest();
            if (length < digest.length) throw new DigestException("no room");
            System.arraycopy(digest, 0, output, offset, digest.length);
            return digest.length;
        }

        @Override
        protected int engineGetDigestLength() {
            return 32;
        }

        @Override
        protected void engineReset() {
            real.reset();
            seen.reset();
        }
    }
}
