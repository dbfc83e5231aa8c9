import { toHex } from '../../harness/encoding/bytes.js';
import type { ReadVector } from '../../harness/corpus/index.js';
import {
  createVerifier,
  FORMATS,
  type AppraisalInput,
  type CheckId,
} from '../../harness/verifier/index.js';
import { mutantOf } from './mutants.js';
import { seeded } from './random.js';

/** Something that must not happen, and how to see it again. */
export interface Trouble {
  readonly iteration: number;
  readonly vector: string;
  readonly what: string;
}

/** How far a run has come. */
export interface FuzzState {
  iterations: number;
  accepted: number;
  slowestMs: number;
  /** Checks that a mutant failed or left open. */
  readonly reached: Set<CheckId>;
  readonly troubles: Trouble[];
}

/** An appraisal that takes longer is a hang in the making; genuine ones take a few milliseconds. */
const LIMIT_MS = 500;

/** A state to start from. */
export function freshState(): FuzzState {
  return { iterations: 0, accepted: 0, slowestMs: 0, reached: new Set(), troubles: [] };
}

/** What mutants are made of. */
export interface FuzzCorpus {
  readonly vectors: readonly ReadVector[];
  /** Everything in the vectors that somebody signed, by what it is. */
  readonly signed: ReadonlySet<string>;
}

/** The vectors as a corpus for fuzzing. */
export function fuzzCorpus(vectors: readonly ReadVector[]): FuzzCorpus {
  const signed = vectors.flatMap(({ input }) =>
    signedParts(input.evidence).map(({ name, value }) => `${name} ${value}`),
  );
  return { vectors, signed: new Set(signed) };
}

/** The checks that no mutant has reached yet. */
export function unreached({ reached }: FuzzState): readonly CheckId[] {
  return Object.values(FORMATS)
    .flatMap(({ checks }) => checks.map(({ id }) => id))
    .filter((id) => !reached.has(id));
}

/** One mutant: what it is follows from seed and iteration alone, so that any can be had again. */
export function fuzzOnce(
  { vectors, signed }: FuzzCorpus,
  { seed, iteration }: { readonly seed: number; readonly iteration: number },
  state: FuzzState,
): void {
  const random = seeded(Math.imul(seed, 0x0100_0193) + iteration);
  const origin = random.pick(vectors);
  const { format } = origin.input.evidence;
  const same = vectors.filter(({ input }) => input.evidence.format === format);
  // A quarter are judged as another vector is: other expectations, policy, roots and time.
  const context = random.below(4) === 0 ? random.pick(same) : origin;
  const trouble = (what: string): void => {
    state.troubles.push({ iteration, vector: `${format} ${origin.vector.id}`, what });
  };
  state.iterations += 1;
  try {
    const start = performance.now();
    const mutant = mutantOf(origin, random);
    // Both are of one format: the context was picked among vectors of it.
    const input = { ...context.input, evidence: mutant.evidence } as AppraisalInput;
    const result = createVerifier({ trust: context.trust }).appraise(input);
    const ms = performance.now() - start;
    state.slowestMs = Math.max(state.slowestMs, ms);
    // Once more before it counts: what else runs on the machine must not look like a hang.
    if (ms > LIMIT_MS && againMs(input, context.trust) > LIMIT_MS) {
      trouble(`took ${Math.round(ms)} ms`);
    }
    for (const { id, status } of result.checks) {
      const isLeftOut = id === NEVER_FAILED && status === 'not-applicable';
      if (status === 'failed' || status === 'undetermined' || isLeftOut) state.reached.add(id);
    }
    if (result.verdict !== 'accepted') return;
    state.accepted += 1;
    const odd = mutant.resigned ? undefined : unsignedPart(mutant.evidence, signed);
    if (odd !== undefined) trouble(`accepted with a ${odd} that nobody signed`);
  } catch (error) {
    trouble(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

function againMs(input: AppraisalInput, trust: ReadVector['trust']): number {
  const start = performance.now();
  createVerifier({ trust }).appraise(input);
  return performance.now() - start;
}

/** It refuses by not applying: a policy that requires it then accepts nothing. */
const NEVER_FAILED: CheckId = 'play-integrity/request-compared';

type Evidence = AppraisalInput['evidence'];

/** What is in accepted evidence that nobody signed, or undefined. */
function unsignedPart(accepted: Evidence, signed: ReadonlySet<string>): string | undefined {
  return signedParts(accepted).find(({ name, value }) => !signed.has(`${name} ${value}`))?.name;
}

function signedParts(
  evidence: Evidence,
): readonly { readonly name: string; readonly value: string }[] {
  const part = (name: string, value: Uint8Array) => ({ name, value: toHex(value) });
  switch (evidence.format) {
    case 'android-key':
      return evidence.parsed.ok
        ? evidence.parsed.value.certificates.map(({ tbs }) => part('certificate', tbs))
        : [];
    case 'app-attest-attestation': {
      if (!evidence.parsed.ok) return [];
      const { certificates, authData } = evidence.parsed.value;
      return [
        ...certificates.map(({ tbs }) => part('certificate', tbs)),
        part('authenticator data', authData.raw),
      ];
    }
    case 'app-attest-assertion':
      return evidence.parsed.ok
        ? [part('authenticator data', evidence.parsed.value.authData.raw)]
        : [];
    case 'app-attest-receipt':
      return evidence.parsed.ok ? [part('content', evidence.parsed.value.message.content)] : [];
    case 'csr':
      return evidence.parsed.ok ? [part('request', evidence.parsed.value.info)] : [];
    case 'signed-request': {
      if (!evidence.parsed.ok) return [];
      const { signedText, assertion } = evidence.parsed.value;
      const text = { name: 'request', value: signedText };
      return assertion?.ok === true
        ? [text, part('authenticator data', assertion.value.authData.raw)]
        : [text];
    }
    case 'play-integrity':
      return [{ name: 'token', value: evidence.text }];
  }
}
