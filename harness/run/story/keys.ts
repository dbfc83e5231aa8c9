import type { Observation, ObservationOf } from '../../expectation/observation.js';
import { ProbeError, type CommandResult, type KeyAttempt } from '../../probe/index.js';
import type { ProbeWords } from './probe-words.js';

/** Rungs that each platform has, the strongest first. */
export const LADDERS = {
  android: ['strongbox', 'tee', 'software'],
  ios: ['secure-enclave', 'software'],
} as const;

/** A key on the phone. */
export interface PhoneKey {
  readonly alias: string;
  readonly level: string;
  readonly chain: readonly string[] | null;
}

/** A level of the ladder. */
type KeyLevel = (typeof LADDERS)[keyof typeof LADDERS][number];

/** The rungs of a platform, or the part of them that lies in hardware, or what lies beneath. */
export type Rungs = 'all' | 'hardware' | 'software';

/** What came of trying to read a private key. */
export interface Export {
  readonly observation: Observation;
  /** PKCS#8, base64url; null where the phone gave nothing. For a laptop's use, never for a journal. */
  readonly privateKey: string | null;
}

/** What to ask a phone's keystore for. */
export interface KeyOrder {
  readonly alias: string;
  readonly purpose: 'tls' | 'sign';
  readonly algorithm: 'ec-p256' | 'rsa-2048';
  /** All where it is left out. */
  readonly rungs?: Rungs;
  /** base64url; Android attests the key over these bytes. */
  readonly challenge?: string;
}

/** A key, or null where every rung refused, and how the phone came down its ladder. */
export interface ClimbedLadder {
  readonly key: PhoneKey | null;
  readonly ladder: ObservationOf<'ladder'>;
}

/** Has the phone make a key on the highest rung that yields one. */
export async function climbDown(probe: ProbeWords, order: KeyOrder): Promise<ClimbedLadder> {
  const { alias, purpose, algorithm, challenge, rungs = 'all' } = order;
  try {
    const made = await probe.ask('key.generate', {
      ...{ alias, purpose, algorithm },
      ladder: rungsOf(probe.platform, rungs),
      // TLS digests the handshake itself and hands over the digest (Conscrypt: NONEwithECDSA).
      digests: purpose === 'tls' ? ['none', 'sha256'] : ['sha256'],
      ...(challenge === undefined || probe.platform === 'ios' ? {} : { challenge }),
    });
    return {
      key: { alias, level: made.level, chain: made.attestationChain ?? null },
      ladder: { kind: 'ladder', level: made.level, attempts: made.attempts.map(observedAttempt) },
    };
  } catch (error) {
    if (!(error instanceof ProbeError) || error.attempts.length === 0) throw error;
    const attempts = error.attempts.map(observedAttempt);
    return { key: null, ladder: { kind: 'ladder', level: null, attempts } };
  }
}

function rungsOf(platform: ProbeWords['platform'], rungs: Rungs): KeyLevel[] {
  return LADDERS[platform].filter(
    (level) => rungs === 'all' || (level === 'software') === (rungs === 'software'),
  );
}

/** Tries to read a key's private half; a "no" is what is observed, not an error. */
export async function tryExport(probe: ProbeWords, key: PhoneKey): Promise<Export> {
  const operation = 'key.export';
  try {
    const exported: CommandResult<'key.export'> = await probe.ask(operation, { alias: key.alias });
    // An empty answer is no export; it must not pass for one.
    const outcome = exported.privateKey.length > 0 ? 'done' : 'refused';
    const observation = { kind: 'operation', operation, outcome, code: null } as const;
    return { observation, privateKey: outcome === 'done' ? exported.privateKey : null };
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    const { code } = error;
    return {
      observation: { kind: 'operation', operation, outcome: 'refused', code },
      privateKey: null,
    };
  }
}

function observedAttempt(attempt: KeyAttempt): ObservationOf<'ladder'>['attempts'][number] {
  const { level, ms } = attempt;
  if (attempt.ok) return { level, outcome: 'obtained', ms };
  const { exception, publicCode, rawCode, transient } = attempt;
  return {
    ...{ level, outcome: 'refused', ms },
    ...(exception === undefined ? {} : { exception }),
    ...(publicCode === undefined ? {} : { publicCode }),
    ...(rawCode === undefined ? {} : { rawCode }),
    ...(transient === undefined ? {} : { transient }),
  };
}
