import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/** What a library is given for client data of which only the hash is known. */
export interface StandIn {
  readonly clientData: Buffer;
}

/**
 * Runs `work` with client data whose SHA-256 is `clientDataHash`. A vector states the hash alone;
 * libraries hash for themselves. So `node:crypto` answers with that hash for these very bytes, and
 * is itself for all others. For this process alone, and for one piece of work at a time.
 */
export async function withClientData<T>(
  clientDataHash: Uint8Array,
  work: (standIn: StandIn) => Promise<T> | T,
): Promise<T> {
  const clientData = crypto.randomBytes(32);
  const { createHash } = crypto;
  crypto.createHash = (algorithm, options) => {
    const hash = createHash(algorithm, options);
    const update = hash.update.bind(hash) as (...given: readonly unknown[]) => crypto.Hash;
    hash.update = (...given: readonly unknown[]): crypto.Hash => {
      if (given[0] !== clientData) return update(...given);
      hash.digest = (encoding?: crypto.BinaryToTextEncoding): never => {
        const digest = Buffer.from(clientDataHash);
        return (encoding === undefined ? digest : digest.toString(encoding)) as never;
      };
      return hash;
    };
    return hash;
  };
  syncBuiltinESMExports();
  try {
    return await work({ clientData });
  } finally {
    crypto.createHash = createHash;
    syncBuiltinESMExports();
  }
}
