import { createAttackerKey } from '../../attacks/index.js';
import type { AppAttestEnvironment } from '../../verifier/policy.js';
import { attacksOn, type AttackOn } from './attacks-on.js';
import { lastOfSequence } from './last-of-sequence.js';
import type { Asked, MintingAndroid, MintingIPhone } from './minting-phones.js';
import type { SubmissionRoute } from './submissions.js';
import type { Answered, Submission } from './target.js';
import { reasonNotToSend, stoppersOf, unsentOf, type DoorTrials, type Trial } from './trial.js';

type Mint = (asked: Asked) => Promise<Submission>;

/** Attacks on what an Android phone submits: its certification request and its chain. */
export async function androidSubmissions(
  door: string,
  route: SubmissionRoute,
  phone: MintingAndroid,
): Promise<DoorTrials> {
  const anything = { nonce: new Uint8Array(32), binding: () => new Uint8Array(32) };
  const sample = await phone.mint(anything);
  const chains = attacksOn('android-key');
  const reasonOf = (one: (typeof chains)[number]) =>
    reasonNotToSend(one) ??
    (one.isPossible?.(sample.evidence.certificates) === false
      ? 'no chain of this phone gives occasion'
      : null);
  const mint: Mint = (asked) => phone.mint(asked);
  return {
    door,
    genuine: () => genuine(route, mint),
    trials: [
      ...csrTrials(door, route, mint),
      ...chains
        .filter((one) => reasonOf(one) === null)
        .map((one): Trial => ({
          ...{ id: one.id, door, must: 'be refused', stoppedBy: stoppersOf(one, ['android-key']) },
          async run() {
            const challenge = await route.open();
            const minted = await phone.mint(challenge);
            const means = await phone.means(challenge);
            const certificates = await one.mutate(minted.evidence.certificates, means);
            const evidence = { ...minted.evidence, certificates };
            return challenge.submit({ ...minted, evidence }, minted);
          },
        })),
    ],
    unsent: unsentOf(door, chains, reasonOf),
  };
}

/** Attacks on what an iPhone submits first: its certification request and its attestation. */
export function attestedSubmissions(
  door: string,
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
  const mint: Mint = (asked) => phone.mint(asked);
  return {
    door,
    genuine: () => genuine(route, mint),
    trials: [
      ...csrTrials(door, route, mint),
      ...attestations
        .filter((one) => reasonOf(one) === null)
        .map((one): Trial => ({
          ...{ id: one.id, door, must: 'be refused' },
          stoppedBy: stoppersOf(one, ['app-attest-attestation']),
          async run() {
            const challenge = await route.open();
            const minted = await phone.mint(challenge);
            const means = await phone.means(challenge, minted.csr);
            const isRelabelled = one.id === 'app-attest/environment-relabelled';
            const start =
              isRelabelled && environment === 'production'
                ? means.developmentBuild
                : minted.evidence;
            const evidence = { ...minted.evidence, ...one.mutate(start, means) };
            return challenge.submit({ ...minted, evidence }, minted);
          },
        })),
    ],
    unsent: unsentOf(door, attestations, reasonOf),
  };
}

/** Attacks on what an iPhone submits later: a certification request and an assertion. */
export function assertedSubmissions(
  door: string,
  route: SubmissionRoute,
  phone: MintingIPhone,
): DoorTrials {
  const capture = async () => {
    const challenge = await route.open();
    return { challenge, minted: await phone.mintAsserted(challenge) };
  };
  const mint: Mint = (asked) => phone.mintAsserted(asked);
  return {
    door,
    genuine: () => genuine(route, mint),
    trials: [
      ...csrTrials(door, route, mint),
      ...attacksOn('app-attest-assertion').map((one): Trial => ({
        ...{ id: one.id, door, must: 'be refused' },
        stoppedBy: [...stoppersOf(one, ['app-attest-assertion']), UNVERIFIED],
        async run() {
          const captured = [await capture(), await capture()].slice(0, one.captures);
          const unused = new Set(captured);
          const presented = one.present(captured.map(({ minted }) => minted.evidence.assertion));
          return lastOfSequence(presented, async ({ evidence: assertion }, isLast) => {
            // The identical request again is a retry and gets the identical answer. So what is sent
            // a second time answers another challenge.
            const whose =
              captured.find(({ minted }) => minted.evidence.assertion === assertion) ?? captured[0];
            const over = whose !== undefined && unused.delete(whose) ? whose : await capture();
            const { minted } = over;
            const isOwn = assertion === minted.evidence.assertion;
            const sent = { ...minted, evidence: { ...minted.evidence, assertion } };
            const challenge = await route.again(over.challenge);
            return challenge.submit(sent, isLast ? (isOwn ? sent : minted) : null);
          });
        },
      })),
    ],
    unsent: [],
  };
}

/** Names a check that whatever else is wrong with an assertion may fail as well. */
const UNVERIFIED = 'app-attest-assertion/signature-verifies';

async function genuine(route: SubmissionRoute, mint: Mint): Promise<Answered> {
  const challenge = await route.open();
  return challenge.submit(await mint(challenge), null);
}

function csrTrials(door: string, route: SubmissionRoute, mint: Mint): readonly Trial[] {
  const { format } = route;
  // An assertion is over the request, and holds for no other one.
  const besides = format === 'app-attest-assertion' ? ([UNVERIFIED] as const) : [];
  return attacksOn('csr').map((one: AttackOn<'csr'>) => ({
    ...{ id: one.id, door, must: 'be refused' },
    stoppedBy: [...stoppersOf(one, ['csr', format]), ...besides],
    async run() {
      const challenge = await route.open();
      const minted = await mint(challenge);
      const csr = one.mutate(minted.csr, { attacker: createAttackerKey() });
      return challenge.submit({ ...minted, csr }, minted);
    },
  }));
}
