package attestlab.peers;

/** A verifier of a library, asked about one vector. */
interface Peer {
    /** Returns where the library accepts, throws what it throws where it does not. */
    void judge(Vector vector) throws Exception;

    /** What the library cannot be asked, and why. */
    final class Unsupported extends Exception {
        Unsupported(String reason) {
            super(reason);
        }
    }
}
