import { createHash, KeyObject } from 'node:crypto';
import { z } from 'zod';
import { fromBase64, toBase64 } from '../encoding/bytes.js';
import { loadPublicKey } from '../encoding/signature.js';
import { HarnessError } from '../errors.js';
import type { TrustSet } from '../trust/index.js';
import { canonicalJson } from '../verifier/canonical-json.js';
import { readDecryptionKey } from './play-integrity.js';

const bytes = z.codec(
  z.string(),
  z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  {
    decode(text, context) {
      const decoded = fromBase64(text);
      if (decoded !== null) return decoded;
      context.issues.push({ code: 'custom', message: 'not base64', input: text });
      return z.NEVER;
    },
    encode: toBase64,
  },
);

const anchors = z.array(
  z.strictObject({
    name: z.string(),
    spki: bytes,
    subject: bytes,
    certificates: z.array(bytes),
  }),
);

const publicKey = z.codec(
  z.string(),
  z.custom<KeyObject>((value) => value instanceof KeyObject),
  {
    decode(text, context) {
      const spki = fromBase64(text);
      const key = spki === null ? null : loadPublicKey(spki);
      if (key !== null) return key;
      context.issues.push({ code: 'custom', message: 'no public key', input: text });
      return z.NEVER;
    },
    encode: (key) => toBase64(new Uint8Array(key.export({ format: 'der', type: 'spki' }))),
  },
);

const entries = z.codec(
  z.record(z.string(), z.strictObject({ status: z.string(), reason: z.string().nullable() })),
  z.map(z.string(), z.object({ status: z.string(), reason: z.string().nullable() })),
  { decode: (record) => new Map(Object.entries(record)), encode: (map) => Object.fromEntries(map) },
);

const trustSchema = z.strictObject({
  androidAnchors: anchors,
  knownSoftwareRoots: anchors,
  appAttestAnchors: anchors,
  receiptAnchors: anchors,
  revocation: z
    .discriminatedUnion('usable', [
      z.strictObject({ usable: z.literal(true), entries, takenAtMs: z.number().nullable() }),
      z.strictObject({ usable: z.literal(false), problem: z.string() }),
    ])
    .nullable(),
  // Of a virtual lab, whose keys end with it.
  playIntegrityKeys: z
    .strictObject({ decryptionKey: bytes, verificationKey: publicKey })
    .exactOptional(),
  // Of a lab of real phones: where its key is and what it hashes to, never the key.
  playIntegrityKeyFile: z
    .strictObject({ file: z.string(), keySha256: z.string(), verificationKey: publicKey })
    .exactOptional(),
});

/** The trust set of a run as text, so that its verdicts can be found again when its roots are gone. */
export function encodeTrust(trust: TrustSet): string {
  const { playIntegrityKeys: keys, ...others } = trust;
  const file = keys?.decryptionKeyFile;
  const recorded =
    keys === undefined || file === undefined
      ? trust
      : {
          ...others,
          playIntegrityKeyFile: {
            ...{ file, keySha256: sha256Bytes(keys.decryptionKey) },
            verificationKey: keys.verificationKey,
          },
        };
  return `${canonicalJson(z.encode(trustSchema, recorded as never))}\n`;
}

/**
 * Reads a recorded trust set back; `place` names the file for the error. Where the lab's key for
 * classic integrity tokens is no longer at its place, or is another one, the set has none: those
 * tokens are then undetermined, and everything else of the run is judged as before.
 */
export function decodeTrust(text: string, place: string): TrustSet {
  let recorded: z.output<typeof trustSchema>;
  try {
    recorded = z.decode(trustSchema, JSON.parse(text) as never);
  } catch (cause) {
    throw new HarnessError('ERR_FILE_INVALID', `${place}: is no trust set of a run`, { cause });
  }
  const { playIntegrityKeyFile: kept, ...trust } = recorded;
  const decryptionKey = kept === undefined ? null : keyOf(kept);
  if (kept === undefined || decryptionKey === null) return trust;
  const { file: decryptionKeyFile, verificationKey } = kept;
  return { ...trust, playIntegrityKeys: { decryptionKey, decryptionKeyFile, verificationKey } };
}

function keyOf(kept: { readonly file: string; readonly keySha256: string }): Uint8Array | null {
  try {
    const key = readDecryptionKey(kept.file);
    return sha256Bytes(key) === kept.keySha256 ? key : null;
  } catch (error) {
    if (error instanceof HarnessError) return null;
    throw error;
  }
}

function sha256Bytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
