import { ATTACKS, createAttackerKey, type Attack } from '../../attacks/index.js';
import type { SubmittedEvidence } from '../../relying-party/index.js';
import type { AppAttestEnvironment } from '../../verifier/policy.js';
import type { Asked, MintingAndroid, MintingIPhone } from './minting-phones.js';
import {
  androidEvidence,
  assertionEvidence,
  attestationEvidence,
  type SubmissionRoute,
} from './submissions.js';
import { lastOfSequence } from './last-of-sequence.js';
import type { Answered } from './target.js';
import {
  codesOf,
  reasonNotToSend,
  statedCodes,
  type Door,
  type DoorTrials,
  type Trial,
  type Unsent,
} from './trial.js';

/** An attack made on one thing. */
export type AttackOn<Applies extends Attack['applies']> = Extract<
  Attack,
  { readonly applies: Applies }
>;

/** The catalogue's attacks on one thing. */
export function attacksOn<Applies extends Attack['applies']>(
  applies: Applies,
): readonly AttackOn<Applies>[] {
  return ATTACKS.filter((one): one is AttackOn<Applies> => one.applies === applies);
}

type Submission = readonly [csr: Uint8Array, evidence: SubmittedEvidence];

/** Attacks on what an Android phone submits: its certification request and its chain. */
export async function androidSubmissions(
  door: Door,
  route: SubmissionRoute,
  phone: MintingAndroid,
): Promise<DoorTrials> {
  const sent = async (
    spoil: (
      minted: Awaited<ReturnType<MintingAndroid['mint']>>,
      asked: Asked,
    ) => Promise<Submission>,
  ): Promise<Answered> => {
    const challenge = await route.open();
    return challenge.submit(...(await spoil(await phone.mint(challenge), challenge)));
  };
  const sample = await phone.mint({ nonce: new Uint8Array(32), purpose: 'tls' });
  const chains = attacksOn('android-key');
  const reasonOf = (one: (typeof chains)[number]) =>
    reasonNotToSend(one) ??
    (one.isPossible?.(sample.chain) === false ? 'no chain of this phone gives occasion' : null);
  return {
    door,
    genuine: () => sent(({ csr, chain }) => Promise.resolve([csr, androidEvidence(chain)])),
    trials: [
      ...csrTrials(door, {
        codes: (one) => statedCodes(one, ['csr', 'android-key']),
        send: (mutate) =>
          sent(({ csr, chain }) => Promise.resolve([mutate(csr), androidEvidence(chain)])),
      }),
      ...chains
        .filter((one) => reasonOf(one) === null)
        .map((one): Trial => ({
          ...{ id: one.id, door, must: 'be refused', codes: statedCodes(one, ['android-key']) },
          run: () =>
            sent(async ({ csr, chain }, asked) => {
              const spoilt = await one.mutate(chain, await phone.means(asked));
              return [csr, androidEvidence(spoilt)];
            }),
        })),
    ],
    unsent: unsentOf(door, chains, reasonOf),
  };
}

/** Attacks on what an iPhone submits first: its certification request and its attestation. */
export function attestedSubmissions(
  door: Door,
  route: SubmissionRoute,
  {
    phone,
    environment,
  }: { readonly phone: MintingIPhone; readonly environment: AppAttestEnvironment },
): DoorTrials {
  const attestations = attacksOn('app-attest-attestation');
  const reasonOf = (one: (typeof attestations)[number]) => {
    if (one.id === 'app-attest/other-distribution') {
      return 'virtual iPhones do not say how their app was distributed';
    }
    if (one.id === 'app-attest/development-build' && environment === 'development') {
      return 'the lab takes builds for development';
    }
    return reasonNotToSend(one);
  };
  const genuine = async (mutate: (csr: Uint8Array) => Uint8Array) => {
    const challenge = await route.open();
    const { csr, submission } = await phone.mint(challenge);
    return challenge.submit(mutate(csr), attestationEvidence(submission));
  };
  return {
    door,
    genuine: () => genuine((csr) => csr),
    trials: [
      ...csrTrials(door, {
        codes: (one) => statedCodes(one, ['csr', 'app-attest-attestation']),
        send: genuine,
      }),
      ...attestations
        .filter((one) => reasonOf(one) === null)
        .map((one): Trial => ({
          ...{ id: one.id, door, must: 'be refused' },
          codes: statedCodes(one, ['app-attest-attestation']),
          async run() {
            const challenge = await route.open();
            const { csr, submission } = await phone.mint(challenge);
            const means = await phone.means({ ...challenge, csr });
            const isRelabelled = one.id === 'app-attest/environment-relabelled';
            const start =
              isRelabelled && environment === 'production' ? means.developmentBuild : submission;
            return challenge.submit(csr, attestationEvidence(one.mutate(start, means)));
          },
        })),
    ],
    unsent: unsentOf(door, attestations, reasonOf),
  };
}

/** Attacks on what an iPhone submits later: a certification request and an assertion. */
export function assertedSubmissions(
  door: Door,
  route: SubmissionRoute,
  phone: MintingIPhone,
): DoorTrials {
  const capture = async () => {
    const challenge = await route.open();
    const { csr } = await phone.newKey(challenge.nonce);
    const assertion = await phone.assert(phone.bindingOf({ ...challenge, csr }));
    return { challenge, csr, assertion };
  };
  const genuine = async (mutate: (csr: Uint8Array) => Uint8Array) => {
    const { challenge, csr, assertion } = await capture();
    return challenge.submit(mutate(csr), assertionEvidence(assertion));
  };
  const unverified = codesOf(['app-attest-assertion/signature-verifies']);
  return {
    door,
    genuine: () => genuine((csr) => csr),
    trials: [
      ...csrTrials(door, {
        codes: (one) => [...statedCodes(one, ['csr']), ...unverified],
        send: genuine,
      }),
      ...attacksOn('app-attest-assertion').map((one): Trial => ({
        ...{ id: one.id, door, must: 'be refused' },
        codes: [...statedCodes(one, ['app-attest-assertion']), ...unverified],
        async run() {
          const captured = [await capture(), await capture()].slice(0, one.captures);
          const unused = new Set(captured);
          const presented = one.present(captured.map(({ assertion }) => assertion));
          return lastOfSequence(presented, async ({ evidence }) => {
            // The identical request again is a retry and gets the identical answer. So what is sent
            // a second time answers another challenge.
            const whose = captured.find(({ assertion }) => assertion === evidence) ?? captured[0];
            const over = whose !== undefined && unused.delete(whose) ? whose : await capture();
            return over.challenge.submit(over.csr, assertionEvidence(evidence));
          });
        },
      })),
    ],
    unsent: [],
  };
}

function csrTrials(
  door: Door,
  made: {
    readonly codes: (one: AttackOn<'csr'>) => readonly string[];
    readonly send: (mutate: (csr: Uint8Array) => Uint8Array) => Promise<Answered>;
  },
): readonly Trial[] {
  return attacksOn('csr').map((one) => ({
    ...{ id: one.id, door, must: 'be refused', codes: made.codes(one) },
    run: () => made.send((csr) => one.mutate(csr, { attacker: createAttackerKey() })),
  }));
}

function unsentOf<One extends Attack>(
  door: Door,
  attacks: readonly One[],
  reasonOf: (one: One) => string | null,
): readonly Unsent[] {
  return attacks.flatMap((one) => {
    const reason = reasonOf(one);
    return reason === null ? [] : [{ id: one.id, door, reason }];
  });
}
