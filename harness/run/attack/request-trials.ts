import { sign } from 'node:crypto';
import type { SignedHttpRequest } from '../../evidence/signed-request/index.js';
import {
  profileRHeaders,
  profileSAssertionHeaders,
  profileSClientDataHash,
  profileSHeaders,
} from '../../evidence/signed-request/index.js';
import { toBase64url, utf8 } from '../../encoding/bytes.js';
import type { ProfileSInput } from '../../evidence/formats/index.js';
import {
  APP_ATTEST_EPOCH,
  type ClientIdentity,
  type ServiceCode,
} from '../../relying-party/index.js';
import type { MintedKey, MintingIPhone } from './minting-phones.js';
import { lastOfSequence } from './last-of-sequence.js';
import { attacksOn, type AttackOn } from './submission-trials.js';
import { send, type Answered, type Target } from './target.js';
import { statedCodes, type Door, type DoorTrials, type Trial } from './trial.js';

const PATH = '/v1/orders/attacked';

/** The key that signs requests of a registration, as it was registered last. */
export interface RegisteredSigner {
  readonly key: MintedKey;
  readonly epoch: bigint;
}

/** A phone of which requests are attacked. */
export interface Requester {
  readonly target: Target;
  readonly identity: ClientIdentity;
  /** The connection of another phone. */
  readonly otherIdentity: ClientIdentity;
}

/** A phone whose signing key signs requests. */
export interface SigningRequester extends Requester {
  /** Whether the target wants counters in order. */
  readonly counters: 'in-order' | 'in-any-order';
  /** Registers a signing key in the place of the one before. */
  register(): Promise<RegisteredSigner>;
  /** Registers the same key anew; null where the phone's evidence does not allow that. */
  readonly registerAgain: ((key: MintedKey) => Promise<RegisteredSigner>) | null;
}

type SigningKind = 'signed-request' | 'profile-r-request';

/** Attacks on requests that a signing key has signed, with profile S or R. */
export async function signedRequestTrials(
  door: Door,
  kind: SigningKind,
  requester: SigningRequester,
): Promise<DoorTrials> {
  const { target, registerAgain } = requester;
  let signer = await requester.register();
  let counter = 0n;
  const signed = (timestampMs: number): SignedHttpRequest => {
    const { key, epoch } = signer;
    counter += 1n;
    return requestOf(
      { ...order(target, timestampMs), keyId: key.keyId, epoch, counter },
      (input) =>
        kind === 'signed-request'
          ? profileSHeaders(input, (data) => new Uint8Array(sign('sha256', data, key.privateKey)))
          : profileRHeaders(input, (data) => pairSignature(data, key)),
    );
  };
  const attacks: readonly (AttackOn<'signed-request'> | AttackOn<'profile-r-request'>)[] =
    attacksOn(kind);
  const needsRegistering = (one: (typeof attacks)[number]) =>
    one.present([signed(0), signed(0)]).some(({ circumstance }) => circumstance === 'key-reissued');
  const reasonOf = (one: (typeof attacks)[number]): string | null => {
    if (requester.counters === 'in-any-order' && one.id.endsWith('/counter-rolled-back')) {
      return 'the target takes counters out of order, and late is not wrong there';
    }
    return registerAgain === null && needsRegistering(one)
      ? 'the attestation of an Android key holds one challenge, so no key comes twice'
      : null;
  };
  const present = (one: (typeof attacks)[number], timestampMs: number) =>
    one.present([signed(timestampMs), signed(timestampMs)].slice(0, one.captures));
  const run = async (one: (typeof attacks)[number]): Promise<Answered> => {
    // The target's clock stands where it stands, so what is sent a day later was signed a day ago.
    const afterMs = present(one, Date.now()).at(-1)?.afterMs ?? 0;
    return lastOfSequence(present(one, Date.now() - afterMs), async (presentation) => {
      if (presentation.circumstance === 'key-reissued' && registerAgain !== null) {
        signer = await registerAgain(signer.key);
      }
      return sendOver(requester, presentation);
    });
  };
  const twin = attacks.find(({ id }) => id.endsWith('/signature-twin'));
  return {
    door,
    genuine: () => sendOver(requester, { evidence: signed(Date.now()) }),
    trials: [
      ...attacks
        .filter((one) => reasonOf(one) === null)
        .map((one) => refusedTrial(door, one, () => run(one))),
      ...(twin === undefined
        ? []
        : [twinSentFirst(door, () => run({ ...twin, ...lastAlone(twin) }))]),
    ],
    unsent: attacks.flatMap((one) => {
      const reason = reasonOf(one);
      return reason === null ? [] : [{ id: one.id, door, reason }];
    }),
  };
}

/** Attacks on requests that an iPhone's App Attest key has signed. */
export function assertedRequestTrials(
  door: Door,
  requester: Requester,
  phone: MintingIPhone,
): DoorTrials {
  // The counters of an App Attest key never begin anew, however often this door is opened.
  let counter = BigInt(Date.now()) * 1000n;
  const signed = async (count: bigint): Promise<SignedHttpRequest> => {
    const keyId = toBase64url(phone.appAttestKeyId());
    const stated = { ...order(requester.target, Date.now()), keyId };
    const input = { ...stated, epoch: APP_ATTEST_EPOCH, counter: count };
    const assertion = await phone.assert(profileSClientDataHash(input));
    return requestOf(input, () => profileSAssertionHeaders(input, assertion));
  };
  const isSendable = (one: AttackOn<'asserted-request'>) => !one.needs.includes('other-build');
  const attacks = attacksOn('asserted-request');
  return {
    door,
    genuine: async () => sendOver(requester, { evidence: await signed((counter += 1n)) }),
    trials: attacks.filter(isSendable).map((one) =>
      refusedTrial(door, one, async () => {
        counter += 2n;
        const later = await signed(counter);
        const earlier = await signed(counter - 1n);
        return lastOfSequence(one.present([later, earlier]), (presentation) =>
          sendOver(requester, presentation),
        );
      }),
    ),
    unsent: attacks
      .filter((one) => !isSendable(one))
      .map(({ id }) => ({ id, door, reason: 'the target would have to have the other app’s key' })),
  };
}

type Presented = ReturnType<AttackOn<'signed-request'>['present']>[number];

function refusedTrial(
  door: Door,
  one: AttackOn<'signed-request' | 'profile-r-request' | 'asserted-request'>,
  run: () => Promise<Answered>,
): Trial {
  const elsewhere = one.id.endsWith('/host-redirected') ? [AUTHORITY_UNKNOWN] : [];
  const codes = [...statedCodes(one, ['signed-request']), ...elsewhere];
  return { id: one.id, door, must: 'be refused', codes, run };
}

const AUTHORITY_UNKNOWN: ServiceCode = 'authority_unknown';

// ECDSA has two signatures for each; phones make either, so a backend must take whichever comes first.
function twinSentFirst(door: Door, run: () => Promise<Answered>): Trial {
  return { id: 'genuine/signature-twin', door, must: 'be accepted', codes: [], run };
}

function lastAlone(one: { readonly present: AttackOn<'signed-request'>['present'] }) {
  return {
    present: (captured: readonly SignedHttpRequest[]) => one.present(captured).slice(-1),
  };
}

type Stated = Omit<ProfileSInput, 'keyId' | 'epoch' | 'counter'>;

function order({ apiUrl }: Target, timestampMs: number): Stated {
  return {
    ...{ method: 'POST', authority: new URL(apiUrl).host, target: PATH },
    ...{ contentType: 'application/json', body: utf8('{"amount":1}') },
    timestampMs: BigInt(timestampMs),
  };
}

function requestOf(
  input: ProfileSInput,
  headersOf: (input: ProfileSInput) => SignedHttpRequest['headers'],
): SignedHttpRequest {
  const { method, authority, target, body, contentType } = input;
  return {
    ...{ method, authority, target, body },
    headers: [['content-type', contentType], ...headersOf(input)],
  };
}

function sendOver(
  { target, identity, otherIdentity }: Requester,
  { evidence, circumstance }: Pick<Presented, 'evidence' | 'circumstance'>,
): Promise<Answered> {
  const { method, authority, body, headers } = evidence;
  const transport = target.transport(
    circumstance === 'other-connection' ? otherIdentity : identity,
  );
  const url = `${target.apiUrl}${evidence.target}`;
  return send(transport, { method, url, body, headers: [['host', authority], ...headers] });
}

function pairSignature(data: Uint8Array, { privateKey }: MintedKey): Uint8Array {
  return new Uint8Array(sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
}
