package attestlab.peers;

import java.util.List;

/** Several ways to call a library that takes one app id or environment a call. */
final class Ways {
    private Ways() {}

    /** An app id and an environment of a vector that allows several. */
    record Way(String appId, String environment) {
        boolean isProduction() {
            return environment.equals("production");
        }
    }

    /** Every app id with every environment that a vector allows. */
    static List<Way> calls(Vector vector) {
        return vector.appIds().stream()
            .flatMap(appId -> vector.environments().stream().map(one -> new Way(appId, one)))
            .toList();
    }

    interface Call<T> {
        void with(T way) throws Exception;
    }

    /** One acceptance is enough, as its caller would try them; else the last refusal is thrown. */
    static <T> void firstAccepted(List<T> ways, Call<T> call) throws Exception {
        Exception refusal = new IllegalArgumentException("nothing is allowed, so it was not called");
        for (T way : ways) {
            try {
                call.with(way);
                return;
            } catch (Exception thrown) {
                refusal = thrown;
            }
        }
        throw refusal;
    }
}
