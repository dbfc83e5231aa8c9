import { createPublicKey } from 'node:crypto';
import { fromBase64url } from '../../encoding/bytes.js';
import { readCertificate } from '../../encoding/certificate.js';
import { MalformedInput } from '../../encoding/parsed.js';
import { HarnessError } from '../../errors.js';
import { anchorOf, parseRevocationList, type TrustSet } from '../../trust/index.js';
import {
  decodeAppraisal,
  LAB,
  type AppraisalInput,
  type AppraisalPolicy,
  type Format,
} from '../../verifier/index.js';
import { POLICY_SECTIONS } from './policy-settings.js';
import { vectorFileSchema, type Vector, type VectorFile, type VectorTrust } from './schema.js';

/** A vector and what a verifier of ours is given for it. */
export interface ReadVector {
  readonly vector: Vector;
  readonly input: AppraisalInput;
  readonly trust: TrustSet;
}

/** Whether JSON claims to be a file of vectors in the published form. */
export function isVectorFile(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'version' in json && 'vectors' in json;
}

/** Reads a file of vectors; `place` names it in errors. */
export function readVectors(json: unknown, place: string): readonly ReadVector[] {
  const parsed = vectorFileSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`${place}: ${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const file = parsed.data;
  return file.vectors.map((vector) =>
    readVector(vector, { file, place: `${place}: ${vector.id}` }),
  );
}

interface Context {
  readonly file: VectorFile;
  readonly place: string;
}

function readVector(vector: Vector, { file, place }: Context): ReadVector {
  const { evidence, expected, now } = vector;
  const policy = file.policies[vector.policy];
  const trust = file.trust[vector.trust];
  if (policy === undefined) throw invalid(`${place}: the file has no policy ${vector.policy}`);
  if (trust === undefined) throw invalid(`${place}: the file has no trust set ${vector.trust}`);
  const applied = readPolicy(file.format, { ...policy, id: vector.policy });
  const input = decodeAppraisal(
    { version: 1, format: file.format, evidence, expected, policy: applied, now },
    place,
  );
  return { vector, input, trust: readTrust(trust, place) };
}

// What a file does not state belongs to other formats, and no check of this one looks at it.
function readPolicy(
  format: Format,
  { id, required, reported, settings }: VectorFile['policies'][string] & { readonly id: string },
): unknown {
  const section = POLICY_SECTIONS[format];
  const policy: Record<keyof AppraisalPolicy, unknown> = { ...LAB, id, required, reported };
  if (section !== null) policy[section] = settings;
  return policy;
}

function readTrust(trust: VectorTrust, place: string): TrustSet {
  const anchors = (stated: VectorTrust['android']): TrustSet['androidAnchors'] =>
    stated.map(({ name, certificate }) => {
      try {
        return anchorOf(name, readCertificate(bytesOf(certificate)));
      } catch (cause) {
        if (!(cause instanceof MalformedInput)) throw cause;
        throw invalid(`${place}: trust anchor ${name}: ${cause.message}`);
      }
    });
  const { revocation, playIntegrityKeys: keys } = trust;
  return {
    androidAnchors: anchors(trust.android),
    knownSoftwareRoots: anchors(trust.software),
    appAttestAnchors: anchors(trust.appAttest),
    receiptAnchors: anchors(trust.receipts),
    revocation:
      revocation === null
        ? null
        : parseRevocationList(
            revocation.list,
            revocation.takenAt === null ? null : Date.parse(revocation.takenAt),
          ),
    ...(keys === undefined
      ? {}
      : {
          playIntegrityKeys: {
            decryptionKey: bytesOf(keys.decryptionKey),
            verificationKey: createPublicKey({
              key: Buffer.from(bytesOf(keys.verificationKey)),
              ...{ format: 'der', type: 'spki' },
            }),
          },
        }),
  };
}

// The schema let base64url alone through; what is left are spare bits at the end.
function bytesOf(text: string): Uint8Array {
  return fromBase64url(text) ?? new Uint8Array();
}

function invalid(message: string): HarnessError {
  return new HarnessError('ERR_FILE_INVALID', message);
}
