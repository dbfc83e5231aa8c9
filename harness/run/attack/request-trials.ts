import { sign } from 'node:crypto';
import type { SignedHttpRequest } from '../../evidence/signed-request/index.js';
import { APP_ATTEST_EPOCH } from '../../relying-party/index.js';
import { attacksOn, type AttackOn } from './attacks-on.js';
import { lastOfSequence } from './last-of-sequence.js';
import type { MintedKey, MintingIPhone } from './minting-phones.js';
import type { Answered, RegisteredSigner, RequestForm, Session } from './target.js';
import { stoppersOf, unsentOf, type DoorTrials, type Trial } from './trial.js';

/** A phone of which requests are attacked. */
export interface Requester {
  readonly form: RequestForm;
  readonly session: Session;
  /** The connection of another phone. */
  readonly otherSession: Session;
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
type SigningAttack = AttackOn<SigningKind>;

/** Attacks on requests that a signing key has signed, with profile S or R. */
export async function signedRequestTrials(
  door: string,
  kind: SigningKind,
  requester: SigningRequester,
): Promise<DoorTrials> {
  const { form, registerAgain } = requester;
  let signer = await requester.register();
  // Later than whatever the key may have signed before.
  let counter = BigInt(Date.now()) * 1000n;
  const asRegistered = (): Session => ({
    ...requester.session,
    kept: new Map([...requester.session.kept, ...signer.kept]),
  });
  const signed = (timestampMs: number): Promise<SignedHttpRequest> => {
    const { key, keyId, epoch } = signer;
    counter += 1n;
    const stated = { keyId, epoch, counter, timestampMs: BigInt(timestampMs) };
    return form.sign(asRegistered(), stated, (data) =>
      Promise.resolve(signatureOf(data, { key, kind })),
    );
  };
  const attacks: readonly SigningAttack[] = attacksOn(kind);
  const run = async (one: Pick<SigningAttack, 'present' | 'captures'>): Promise<Answered> => {
    // The target's clock stands where it stands, so what is sent a day later was signed a day ago.
    const samples = await inOrder(one.captures, () => signed(Date.now()));
    const afterMs = one.present(samples).at(-1)?.afterMs ?? 0;
    const captured = await inOrder(one.captures, () => signed(Date.now() - afterMs));
    return lastOfSequence(one.present(captured), async (presentation, isLast) => {
      if (presentation.circumstance === 'key-reissued' && registerAgain !== null) {
        signer = await registerAgain(signer.key);
      }
      const spoilt = isLast ? spoiltOf(presentation.evidence, captured) : null;
      return sendOver({ ...requester, session: asRegistered() }, presentation, spoilt);
    });
  };
  const samples = await inOrder(2, () => signed(0));
  const reasonOf = (one: SigningAttack) => whyNot(one, requester, samples);
  const twin = attacks.find(({ id }) => id.endsWith('/signature-twin'));
  const lastAlone = (one: SigningAttack) => ({
    ...one,
    present: (captured: readonly SignedHttpRequest[]) => one.present(captured).slice(-1),
  });
  return {
    door,
    genuine: async () => form.send(asRegistered(), await signed(Date.now()), null),
    trials: [
      ...attacks
        .filter((one) => reasonOf(one) === null)
        .map((one) => refusedTrial(door, one, () => run(one))),
      // ECDSA has two signatures for each; phones make either, so a backend must take whichever comes
      // first.
      ...(twin === undefined ? [] : [twinSentFirst(door, () => run(lastAlone(twin)))]),
    ],
    unsent: unsentOf(door, attacks, reasonOf),
  };
}

/** Attacks on requests that an iPhone's App Attest key has signed. */
export function assertedRequestTrials(
  door: string,
  requester: Requester,
  phone: MintingIPhone,
): DoorTrials {
  // The counters of an App Attest key never begin anew, however often this door is opened.
  let counter = BigInt(Date.now()) * 1000n;
  const { form, session } = requester;
  const signed = (count: bigint): Promise<SignedHttpRequest> => {
    const stated = { keyId: phone.appAttestKeyId(), epoch: APP_ATTEST_EPOCH, counter: count };
    return form.sign(session, { ...stated, timestampMs: BigInt(Date.now()) }, phone.assert);
  };
  const attacks = attacksOn('asserted-request');
  const reasonOf = ({ needs }: AttackOn<'asserted-request'>) =>
    needs.includes('other-build') ? 'the target would have to have the other app’s key' : null;
  return {
    door,
    genuine: async () => form.send(session, await signed((counter += 1n)), null),
    trials: attacks
      .filter((one) => reasonOf(one) === null)
      .map((one) =>
        refusedTrial(door, one, async () => {
          counter += 2n;
          const later = await signed(counter);
          const earlier = await signed(counter - 1n);
          return lastOfSequence(one.present([later, earlier]), (presentation, isLast) =>
            sendOver(
              requester,
              presentation,
              isLast ? spoiltOf(presentation.evidence, [later, earlier]) : null,
            ),
          );
        }),
      ),
    unsent: unsentOf(door, attacks, reasonOf),
  };
}

type Presented = ReturnType<SigningAttack['present']>[number];

function whyNot(
  one: SigningAttack,
  { form, counters, registerAgain }: SigningRequester,
  samples: readonly SignedHttpRequest[],
): string | null {
  const { circumstance, afterMs = 0 } = one.present(samples).at(-1) ?? {};
  if (afterMs !== 0 && !form.states('timestamp')) return 'requests state no time there';
  if (circumstance === 'key-reissued') {
    if (!form.states('epoch')) return 'requests state no epoch there';
    if (registerAgain === null) {
      return 'the attestation of an Android key holds one challenge, so no key comes twice';
    }
  }
  if (!one.id.endsWith('/counter-rolled-back')) return null;
  if (!form.states('counter')) return 'requests state no counter there';
  return counters === 'in-any-order'
    ? 'the target takes counters out of order, and late is not wrong there'
    : null;
}

// What was captured and is sent as it is has been spoilt in nothing.
function spoiltOf(
  sent: SignedHttpRequest,
  captured: readonly SignedHttpRequest[],
): SignedHttpRequest | null {
  return captured.includes(sent) ? null : (captured[0] ?? null);
}

function refusedTrial(
  door: string,
  one: AttackOn<SigningKind | 'asserted-request'>,
  run: () => Promise<Answered>,
): Trial {
  const elsewhere = one.id.endsWith('/host-redirected') ? (['authority_unknown'] as const) : [];
  const stoppedBy = [...stoppersOf(one, ['signed-request']), ...elsewhere];
  return { id: one.id, door, must: 'be refused', stoppedBy, run };
}

function twinSentFirst(door: string, run: () => Promise<Answered>): Trial {
  return { id: 'genuine/signature-twin', door, must: 'be accepted', stoppedBy: [], run };
}

function sendOver(
  { form, session, otherSession }: Requester,
  { evidence, circumstance }: Pick<Presented, 'evidence' | 'circumstance'>,
  genuine: SignedHttpRequest | null,
): Promise<Answered> {
  const as =
    circumstance === 'other-connection' ? { ...session, ...connectionOf(otherSession) } : session;
  return form.send(as, evidence, genuine);
}

// The request is that of the one phone, and whatever tells a connection's phone that of the other.
function connectionOf({ identity, kept }: Session): Partial<Session> {
  return identity === null ? { kept } : { identity };
}

async function inOrder<Value>(
  count: number,
  make: () => Promise<Value>,
): Promise<readonly Value[]> {
  const made: Value[] = [];
  for (let index = 0; index < count; index += 1) made.push(await make());
  return made;
}

function signatureOf(
  data: Uint8Array,
  { key, kind }: { readonly key: MintedKey; readonly kind: SigningKind },
): Uint8Array {
  const dsaEncoding = kind === 'signed-request' ? 'der' : 'ieee-p1363';
  return new Uint8Array(sign('sha256', data, { key: key.privateKey, dsaEncoding }));
}
