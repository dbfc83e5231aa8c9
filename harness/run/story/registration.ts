import { z } from 'zod';
import { fromBase64url, toBase64url } from '../../encoding/bytes.js';
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
  const { epoch } = granted('its signing key', await client.registerSigningKey(requestOf(signing)));
  return {
    ...openOrders(probe, { transport, apiUrl, epoch, key: signing.key, appAttestKeyId }),
    reportStolen: () => door.deny(connectionKeyId),
    reportFound: () => door.allow(connectionKeyId),
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
  };
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

/** Carries requests over the phone's own TLS, with the key that lives on the phone. */
function phoneTransport(
  probe: ProbeWords,
  connection: { readonly clientAlias: string; readonly anchors: readonly string[] },
): Transport {
  const { clientAlias, anchors } = connection;
  return async ({ method, url, headers, body }) => {
    const sent = await probe.ask('request.send', {
      ...{ method, url, clientAlias, anchors: [...anchors] },
      headers: headers.map(([name, value]) => [name, value]),
      body: toBase64url(body),
    });
    if (sent.outcome === 'answered') {
      const { status, headers: pairs } = sent;
      const answer = fromBase64url(sent.body) ?? new Uint8Array();
      return { status, headers: Object.fromEntries(pairs), body: answer };
    }
    // Nobody judged anything: a dead connection must not look like a refusal.
    throw new HarnessError('ERR_RELYING_PARTY', `${url}: ${sent.phase} failed: ${sent.error}`);
  };
}

/** What a story takes for granted before it can begin; without it there is nothing to observe. */
function granted<Value>(what: string, answer: Answer<Value>): Value {
  if (answer.outcome === 'accepted') return answer.value;
  const { status, problem } = answer;
  const message = `the phone was refused ${what}: ${status} ${problem.code}`;
  throw new HarnessError('ERR_RELYING_PARTY', message);
}
