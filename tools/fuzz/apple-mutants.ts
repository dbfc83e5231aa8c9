import { createHash } from 'node:crypto';
import { putTogether, signedBytes, takeApart } from '../../harness/attacks/edit-der.js';
import { RECEIPT_SIGNERS } from '../../harness/corpus/minting/receipt.js';
import { testKeyOf, type TestKey } from '../../harness/corpus/minting/test-key.js';
import { concatBytes, equalBytes } from '../../harness/encoding/bytes.js';
import { encodeCbor } from '../../harness/encoding/cbor.js';
import { isP256Point, p256SpkiOfPoint } from '../../harness/encoding/cose.js';
import { der } from '../../harness/encoding/der-writer.js';
import {
  parseReceipt,
  readAttestedNonce,
  type AppAttestAssertionEvidence,
  type AppAttestAttestation,
  type AppAttestAttestationEvidence,
} from '../../harness/evidence/app-attest/index.js';
import type { AppraisalInput } from '../../harness/verifier/index.js';
import { cborTree } from './cbor-tree.js';
import { derTree } from './der-tree.js';
import type { Random } from './random.js';
import { respoilt } from './respoilt.js';
import { mutateBytes, mutateTree, nodesOf } from './tree.js';

interface Made {
  readonly expected: AppraisalInput['expected'];
  readonly random: Random;
}

/** An attestation with its credential, its authenticator data or its receipt spoilt. */
export function respoiltAttestation(
  { bytes, parsed }: AppAttestAttestationEvidence,
  { expected, random }: Made,
): Uint8Array {
  if (!parsed.ok) return mutateTree(bytes, cborTree, random);
  const object = parsed.value;
  const [credential, issuer] = object.certificates;
  const key = issuer === undefined ? undefined : testKeyOf(issuer.spki);
  switch (random.below(3)) {
    case 0:
      return rebuilt(object, {
        credential: respoilt(credential.raw, { signer: issuer?.spki ?? credential.spki, random }),
      });
    case 1:
      return rebuilt(object, { receipt: respoiltReceipt(object.receiptBytes, random) });
    default: {
      const authData = mutatedAuthData(object.authData.raw, random);
      return rebuilt(object, {
        authData,
        credential: renonced(object, { authData, key, hash: hashOf(expected) }),
      });
    }
  }
}

/** An assertion whose authenticator data is spoilt and signed again. */
export function respoiltAssertion(
  { bytes, parsed }: AppAttestAssertionEvidence,
  { expected, random }: Made,
): Uint8Array {
  const point = 'publicKey' in expected ? expected.publicKey : undefined;
  const isPoint = point !== undefined && isP256Point(point);
  const key = isPoint ? testKeyOf(p256SpkiOfPoint(point)) : undefined;
  if (!parsed.ok || key === undefined) return mutateTree(bytes, cborTree, random);
  const authenticatorData = mutatedAuthData(parsed.value.authData.raw, random);
  const signature = key.sign(sha256(authenticatorData, hashOf(expected)));
  return encodeCbor(
    new Map([
      ['signature', signature],
      ['authenticatorData', authenticatorData],
    ]),
  );
}

/** A receipt whose fields are spoilt and signed again. */
export function respoiltReceipt(bytes: Uint8Array, random: Random): Uint8Array {
  const tree = derTree.parse(bytes);
  const receipt = parseReceipt(bytes);
  if (tree === null || !receipt.ok) return mutateTree(bytes, derTree, random);
  const { content, signer } = receipt.value.message;
  const spoilt = mutateTree(content, derTree, random);
  const signature = RECEIPT_SIGNERS.good.key.sign(spoilt);
  for (const node of nodesOf(tree)) {
    const own =
      node.parts === null
        ? node.content
        : concatBytes(...node.parts.map((part) => derTree.encode(part)));
    if (equalBytes(own, content)) Object.assign(node, { parts: null, content: spoilt });
    else if (equalBytes(own, signer.signature)) {
      Object.assign(node, { parts: null, content: signature });
    }
  }
  return derTree.encode(tree);
}

// Fixed fields at the front, CBOR behind the credential id.
function mutatedAuthData(raw: Uint8Array, random: Random): Uint8Array {
  const keyAt = 37 + 16 + 2 + 32;
  if (raw.length <= keyAt || random.below(2) === 0) return mutateBytes(raw, random);
  return concatBytes(raw.subarray(0, keyAt), mutateTree(raw.subarray(keyAt), cborTree, random));
}

/** The credential with the nonce of other authenticator data, signed by the issuer again. */
function renonced(
  { certificates: [credential] }: AppAttestAttestation,
  made: {
    readonly authData: Uint8Array;
    readonly key: TestKey | undefined;
    readonly hash: Uint8Array;
  },
): Uint8Array {
  const before = readAttestedNonce(credential);
  if (!before.ok || before.value.length !== 32 || made.key === undefined) return credential.raw;
  const raw = Uint8Array.from(credential.raw);
  raw.set(sha256(made.authData, made.hash), Buffer.from(raw).indexOf(before.value));
  const parts = takeApart(raw);
  return putTogether({ ...parts, signature: der.bitString(made.key.sign(signedBytes(parts))) });
}

function rebuilt(
  { certificates: [credential, ...issuers], receiptBytes, authData }: AppAttestAttestation,
  changes: {
    readonly credential?: Uint8Array;
    readonly receipt?: Uint8Array;
    readonly authData?: Uint8Array;
  },
): Uint8Array {
  const x5c = [changes.credential ?? credential.raw, ...issuers.map(({ raw }) => raw)];
  const statement = new Map<string, unknown>([
    ['x5c', x5c],
    ['receipt', changes.receipt ?? receiptBytes],
  ]);
  return encodeCbor(
    new Map<string, unknown>([
      ['fmt', 'apple-appattest'],
      ['attStmt', statement],
      ['authData', changes.authData ?? authData.raw],
    ]),
  );
}

function hashOf(expected: AppraisalInput['expected']): Uint8Array {
  return 'clientDataHash' in expected ? expected.clientDataHash : new Uint8Array();
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(
    createHash('sha256')
      .update(concatBytes(...parts))
      .digest(),
  );
}
