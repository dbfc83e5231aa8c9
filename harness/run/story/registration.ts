import { z } from 'zod';
import { HarnessError } from '../../errors.js';
import {
  createRelyingPartyClient,
  type Answer,
  type RelyingPartyClient,
} from '../../relying-party/client.js';
import type { Transport } from '../../relying-party/transport.js';
import type { Exchange } from '../control-protocol.js';
import { exchangeOf } from '../exchange.js';
import { chainOf } from './certificate.js';
import type { RelyingPartyDoor } from './door.js';
import { prepareEnrolment, type Enrolment } from './enrolment.js';
import { openOrders, type Orders } from './orders.js';
import { phoneTransport } from './phone-transport.js';
import type { ProbeWords } from './probe-words.js';

/** A phone with a client certificate and a registered signing key. */
export interface Registration extends Orders {
  /** The challenge of a renewal, for this registration alone. */
  renewalChallenge(): Promise<string>;
  /** Makes a new connection key and fresh evidence for it, and sends nothing. */
  prepareRenewal(challenge: string): Promise<Enrolment>;
  /** Presents a renewal over the phone's own mutual TLS, at another relying party where one is named. */
  renew(renewal: Enrolment, door?: RelyingPartyDoor): Promise<Exchange>;
  /** Takes the certificate that a renewal issued, and asks for something over a connection with it. */
  useRenewed(renewal: Enrolment, issued: Exchange): Promise<Exchange>;
  /** Has the key of its connection denied: the phone was reported as stolen. */
  reportStolen(): Promise<void>;
  /** Has it allowed again. */
  reportFound(): Promise<void>;
  /** Has the key that signs its orders denied: somebody else was seen to use it. */
  reportSignerLeaked(): Promise<void>;
  /** Asks for something that every registration may have. */
  knock(): Promise<Exchange>;
  /** The challenge of a signing key. */
  signChallenge(): Promise<string>;
  /**
   * Registers a key that signs orders from now on, without evidence: for a relying party that demands
   * none, where nothing else than what is presented decides.
   */
  registerSigner(which: SignerKey): Promise<NewSigner>;
  /** The orders that it sends to another relying party of the same registrations. */
  ordersAt(door: RelyingPartyDoor): Promise<Orders>;
  /** The App Attest key that vouches for it; null where it has none. */
  readonly appAttestKeyId: string | null;
}

/** A key that a registration may want to sign orders with. */
export type SignerKey = 'the-key-that-signs' | 'a-new-key' | 'the-key-of-the-connection';

/** What came of registering a key that signs orders. */
export interface NewSigner {
  readonly answer: Exchange;
  /** Orders under the epoch that it was given; throws where it was refused. */
  orders(): Orders;
}

/** Names that a registration goes by. */
export interface RegistrationNames {
  readonly subject: string;
  /** What the aliases of its keys begin with. */
  readonly alias: string;
}

/**
 * Enrols the phone for purpose `tls`, then its signing key over that connection: at the first of the
 * relying parties that takes the phone's evidence. What is said of requests does not depend on where
 * a key lives, so a phone whose evidence is refused goes on where none is demanded.
 */
export async function registerPhone(
  probe: ProbeWords,
  doors: readonly [RelyingPartyDoor, ...RelyingPartyDoor[]],
  names: RegistrationNames,
): Promise<Registration> {
  const { door, tls, connectionKeyId } = await enrolForTls(probe, doors, names);
  const { subject, alias } = names;
  const { apiUrl, rpId, anchors } = await door.describe();
  const transport = phoneTransport(probe, { clientAlias: tls.key.alias, anchors });
  const client = createRelyingPartyClient({ url: apiUrl, transport });
  const { challenge } = granted('a challenge', await client.requestSignChallenge());
  const { appAttestKeyId } = tls;
  const vouching = appAttestKeyId === null ? {} : { appAttestKeyId };
  const signing = await prepareEnrolment(probe, {
    ...{ subject, challenge, rpId, purpose: 'sign', alias: `${alias}-sign`, ...vouching },
  });
  const registered = granted('its key', await client.registerSigningKey(requestOf(signing)));
  const sender = { transport, apiUrl, key: signing.key, appAttestKeyId };
  const signChallenge = async () =>
    granted('a challenge', await client.requestSignChallenge()).challenge;
  return {
    ...openOrders(probe, { ...sender, epoch: registered.epoch }),
    ...{ appAttestKeyId, signChallenge },
    reportStolen: () => door.deny(connectionKeyId),
    reportFound: () => door.allow(connectionKeyId),
    reportSignerLeaked: () => door.deny(registered.keyId),
    knock: async () => exchangeOf(await client.requestSignChallenge()),
    renewalChallenge: async () =>
      granted('a challenge', await client.requestRenewalChallenge()).challenge,
    prepareRenewal: (renewing) =>
      prepareEnrolment(probe, {
        ...{ subject, rpId, challenge: renewing, purpose: 'tls', ...vouching },
        alias: `${alias}-renewed`,
      }),
    renew: async (renewal, other) =>
      exchangeOf(await (await clientOf(other ?? door, transport)).renew(requestOf(renewal))),
    async useRenewed(renewal, issued) {
      const { alias: clientAlias, level } = renewal.key;
      const chain = [...chainOf(issued)];
      await probe.ask('certificate.install', { alias: clientAlias, chain }, level);
      const renewed = await clientOf(door, phoneTransport(probe, { clientAlias, anchors }));
      return exchangeOf(await renewed.requestSignChallenge());
    },
    async registerSigner(which) {
      const wanted = await prepareEnrolment(probe, {
        ...{ subject, rpId, purpose: 'sign', vouched: false, alias: `${alias}-next` },
        ...{ challenge: await signChallenge(), ...keyToUse(which, { signing, tls }) },
      });
      const answer = exchangeOf(await client.registerSigningKey(requestOf(wanted)));
      return {
        answer,
        orders: () => openOrders(probe, { ...sender, ...signerOf(wanted, answer) }),
      };
    },
    async ordersAt(other) {
      const { epoch } = registered;
      return openOrders(probe, { ...sender, epoch, apiUrl: (await other.describe()).apiUrl });
    },
  };
}

function keyToUse(
  which: SignerKey,
  { signing, tls }: { readonly signing: Enrolment; readonly tls: Enrolment },
): { readonly keyOf?: Enrolment } {
  switch (which) {
    case 'a-new-key':
      return {};
    case 'the-key-that-signs':
      return { keyOf: signing };
    case 'the-key-of-the-connection':
      return { keyOf: tls };
  }
}

function signerOf({ key }: Enrolment, { status, code, body }: Exchange) {
  if (status === 201) return { key, epoch: z.string().parse(body['epoch']) };
  throw new HarnessError('ERR_RELYING_PARTY', `no signing key was registered: ${status} ${code}`);
}

async function enrolForTls(
  probe: ProbeWords,
  doors: readonly [RelyingPartyDoor, ...RelyingPartyDoor[]],
  { subject, alias }: RegistrationNames,
): Promise<{
  readonly door: RelyingPartyDoor;
  readonly tls: Enrolment;
  readonly connectionKeyId: string;
}> {
  const [door, ...others] = doors;
  const { rpId } = await door.describe();
  const challenge = await door.challenge(subject);
  const order = { subject, challenge, rpId, purpose: 'tls', alias: `${alias}-tls` } as const;
  const tls = await prepareEnrolment(probe, order);
  const issued = await door.enrol(subject, tls);
  const [next, ...rest] = others;
  if (issued.status !== 201 && next !== undefined) {
    return enrolForTls(probe, [next, ...rest], { subject, alias });
  }
  const { level } = tls.key;
  const chain = [...chainOf(issued)];
  await probe.ask('certificate.install', { alias: tls.key.alias, chain }, level);
  return { door, tls, connectionKeyId: z.string().parse(issued.body['keyId']) };
}

async function clientOf(door: RelyingPartyDoor, transport: Transport): Promise<RelyingPartyClient> {
  return createRelyingPartyClient({ url: (await door.describe()).apiUrl, transport });
}

function requestOf({ challenge, csr, evidence }: Enrolment) {
  return { challenge, csr, ...(evidence === null ? {} : { evidence }) };
}

/** What a story takes for granted before it can begin; without it there is nothing to observe. */
function granted<Value>(what: string, answer: Answer<Value>): Value {
  if (answer.outcome === 'accepted') return answer.value;
  const { status, problem } = answer;
  const message = `the phone was refused ${what}: ${status} ${problem.code}`;
  throw new HarnessError('ERR_RELYING_PARTY', message);
}
