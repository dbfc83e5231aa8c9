import { basename } from 'node:path';
import { LIBRARY_PEERS } from '../../harness/corpus/differential/adapters/library-peers.js';
import { bytesOf } from '../../harness/corpus/differential/adapters/app-ids.js';
import type { AdapterVector } from '../../harness/corpus/differential/protocol.js';
import { ownCorpus, readQuestions } from '../../harness/corpus/differential/questions.js';
import { parseAndroidKey } from '../../harness/evidence/android-key/index.js';
import { parseAppAttestAttestation } from '../../harness/evidence/app-attest/index.js';
import {
  createSignatureMemo,
  createVerifier,
  type AppraisalInput,
} from '../../harness/verifier/index.js';
import { acceptedVector } from './accepted-vector.js';
import { mustAccept } from './beside-floor.js';
import { attestationFloor, bareChecks, chainFloor, type BareSignature } from './floor.js';
import { figureLine, medians } from './medians.js';

/** One vector that our verifier and another library both accept. */
interface Contest {
  readonly vector: AdapterVector;
  /** What the library must verify. */
  readonly floor: readonly BareSignature[];
  /** What we must, where that is more. */
  readonly ourFloor: readonly BareSignature[];
  readonly ours: Ours;
}

interface Ours {
  readonly cold: () => void;
  /** With authorities remembered, which no library does. */
  readonly warm: () => void;
}

/**
 * What libraries cost beside us on the same evidence, from a vector's base64url on. The work of an
 * adapter is counted with its library: a trust set a call, a stopped clock, stood-in client data.
 * Libraries for App Attest look at no receipt, which has more signatures than the credential: each
 * side is held to the floor of what it verifies.
 */
export async function benchPeers(): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const [name, load] of LIBRARY_PEERS) {
    const peer = await load();
    const { vector, floor, ourFloor, ours } = peer.formats.includes('android-key')
      ? chain()
      : attestation();
    const theirs = async (): Promise<void> => {
      const { verdict, reason } = await peer.judge(vector);
      if (verdict !== 'accepted') throw new Error(`${name}: ${verdict}: ${reason}`);
    };
    const ms = await medians(
      { bare: bareChecks(floor), theirs, ourBare: bareChecks(ourFloor), ...ours },
      200,
    );
    const times = (of: number, bare: number): string => `x${(of / bare).toFixed(2)}`;
    lines.push(
      `${vector.id}, beside ${name}\n`,
      figureLine('bare verification', ms.bare, ''),
      figureLine(name, ms.theirs, times(ms.theirs, ms.bare)),
      ...(ourFloor.length === floor.length
        ? []
        : [figureLine('bare verification with the receipt', ms.ourBare, '')]),
      figureLine(
        'attestlab',
        ms.cold,
        `${times(ms.cold, ms.ourBare)}, ${ratio(ms.theirs, ms.cold)}`,
      ),
      figureLine('attestlab, authorities remembered', ms.warm, ratio(ms.theirs, ms.warm)),
    );
  }
  return lines;
}

function ratio(theirs: number, ours: number): string {
  return theirs > ours
    ? `${(theirs / ours).toFixed(1)} times as fast`
    : `${(ours / theirs).toFixed(1)} times as SLOW`;
}

function chain(): Contest {
  const { input, trust } = acceptedVector('android-key', 'passing/rkp-chain');
  const vector = vectorOf('android-key/passing/rkp-chain');
  if (vector.format !== 'android-key' || !input.evidence.parsed.ok) throw new Error('no chain');
  const { certificates } = vector.evidence;
  const floor = chainFloor(input.evidence.parsed.value, trust).cold;
  return {
    ...{ vector, floor, ourFloor: floor },
    ours: appraising(trust, () => ({
      ...input,
      evidence: parseAndroidKey(certificates.map(bytesOf)),
    })),
  };
}

function attestation(): Contest {
  const { input, trust } = acceptedVector('app-attest-attestation', 'passing/development');
  const vector = vectorOf('app-attest-attestation/passing/development');
  const { parsed } = input.evidence;
  if (vector.format !== 'app-attest-attestation' || !parsed.ok) throw new Error('no attestation');
  const { bytes } = vector.evidence;
  const withReceipt = attestationFloor(parsed.value, trust).cold;
  return {
    ...{ vector, ourFloor: withReceipt },
    floor: withReceipt.slice(0, parsed.value.certificates.length),
    ours: appraising(trust, () => ({
      ...input,
      evidence: parseAppAttestAttestation(bytesOf(bytes)),
    })),
  };
}

function appraising(
  trust: Parameters<typeof createVerifier>[0]['trust'],
  input: () => AppraisalInput,
): Ours {
  const cold = createVerifier({ trust });
  const warm = createVerifier({ trust, memo: createSignatureMemo() });
  return {
    cold: () => {
      mustAccept(cold, input());
    },
    warm: () => {
      mustAccept(warm, input());
    },
  };
}

function vectorOf(id: string): AdapterVector {
  const [format = ''] = id.split('/');
  const question = ownCorpus()
    .filter((file) => basename(file) === `${format}.json`)
    .flatMap((file) => readQuestions(file, [id]))[0];
  if (question === undefined) throw new Error(`the corpus has no ${id}`);
  return question.vector;
}
