import { basename } from 'node:path';
import { LIBRARY_PEERS } from '../../harness/corpus/differential/adapters/library-peers.js';
import { bytesOf } from '../../harness/corpus/differential/adapters/app-ids.js';
import type { AdapterVector } from '../../harness/corpus/differential/protocol.js';
import { ownCorpus, readQuestions } from '../../harness/corpus/differential/questions.js';
import { parseAndroidKey } from '../../harness/evidence/android-key/index.js';
import { parseAppAttestAttestation } from '../../harness/evidence/app-attest/index.js';
import { EMBEDDED_RECEIPT } from '../../harness/verifier/app-attest/demands.js';
import {
  createSignatureMemo,
  createVerifier,
  type AppraisalInput,
  type AppraisalPolicy,
} from '../../harness/verifier/index.js';
import { acceptedVector } from './accepted-vector.js';
import { mustAccept } from './beside-floor.js';
import { attestationFloor, bareChecks, chainFloor, type BareSignature } from './floor.js';
import { figureLine, medians } from './medians.js';

/** One vector that our verifier and another library both accept. */
interface Contest {
  readonly vector: AdapterVector;
  /** What the library must verify, and ours where it judges the same. */
  readonly floor: readonly BareSignature[];
  readonly ours: Ours;
  /** What ours judges beyond that where the policy does not forbid it; null where there is nothing. */
  readonly more: {
    readonly what: string;
    readonly floor: readonly BareSignature[];
    readonly ours: Ours;
  } | null;
}

interface Ours {
  readonly cold: () => void;
  /** With authorities remembered, which no library does. */
  readonly warm: () => void;
}

/**
 * What libraries cost beside us on the same evidence, from a vector's base64url on. The work of an
 * adapter is counted with its library: a trust set a call, a stopped clock, stood-in client data.
 * Libraries for App Attest look at no receipt, which has more signatures than the credential: ours
 * stands beside them without it, and once more with it, each held to the floor of what it verifies.
 */
export async function benchPeers(): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const [name, load] of LIBRARY_PEERS) {
    const peer = await load();
    const contest = peer.formats.includes('android-key') ? chain() : attestation();
    const { vector, floor, more } = contest;
    const theirs = async (): Promise<void> => {
      const { verdict, reason } = await peer.judge(vector);
      if (verdict !== 'accepted') throw new Error(`${name}: ${verdict}: ${reason}`);
    };
    const ms = await medians({ bare: bareChecks(floor), theirs, ...contest.ours }, 200);
    lines.push(
      `${vector.id}, beside ${name}\n`,
      figureLine('bare verification', ms.bare, ''),
      figureLine(name, ms.theirs, `x${(ms.theirs / ms.bare).toFixed(2)}`),
      ...oursLines('attestlab', ms),
    );
    if (more === null) continue;
    const whole = await medians({ bare: bareChecks(more.floor), theirs, ...more.ours }, 200);
    lines.push(
      figureLine(`bare verification ${more.what}`, whole.bare, ''),
      ...oursLines(`attestlab ${more.what}`, whole),
    );
  }
  return lines;
}

function oursLines(
  name: string,
  ms: Readonly<Record<'bare' | 'theirs' | 'cold' | 'warm', number>>,
): readonly string[] {
  const times = `x${(ms.cold / ms.bare).toFixed(2)}`;
  return [
    figureLine(name, ms.cold, `${times}, ${ratio(ms.theirs, ms.cold)}`),
    figureLine(`${name}, authorities remembered`, ms.warm, ratio(ms.theirs, ms.warm)),
  ];
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
    ...{ vector, floor, more: null },
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
  const judging = (policy: AppraisalPolicy) =>
    appraising(trust, () => ({
      ...input,
      policy,
      evidence: parseAppAttestAttestation(bytesOf(bytes)),
    }));
  return {
    vector,
    floor: withReceipt.slice(0, parsed.value.certificates.length),
    ours: judging(withoutReceipt(input.policy)),
    more: { what: 'with the receipt', floor: withReceipt, ours: judging(input.policy) },
  };
}

function withoutReceipt(policy: AppraisalPolicy): AppraisalPolicy {
  return {
    ...policy,
    required: policy.required.filter((id) => !EMBEDDED_RECEIPT.includes(id)),
    appAttest: { ...policy.appAttest, embeddedReceipt: 'not-judged' },
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
