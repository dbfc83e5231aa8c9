import { fromBase64url, toBase64url, utf8 } from '../../encoding/bytes.js';
import type { SignedHttpRequest } from '../../evidence/signed-request/index.js';
import { HarnessError } from '../../errors.js';
import {
  createRelyingPartyClient,
  orderReplySchema,
  readAnswer,
  type Answer,
  type Transport,
} from '../../relying-party/index.js';
import type { Exchange } from '../control-protocol.js';
import { exchangeOf } from '../exchange.js';
import { chainOf } from './certificate.js';
import type { RelyingPartyDoor } from './door.js';
import { prepareEnrolment, type Enrolment } from './enrolment.js';
import type { ProbeWords } from './probe-words.js';

/** What a story wants signed; what it leaves out is as an honest app has it. */
export interface OrderWish {
  /** How far the stated time lies behind the phone's clock, in ms. */
  readonly agedMs?: number;
}

/** A phone with a client certificate and a registered signing key. */
export interface Registration {
  /** Signs an order with the next counter. */
  sign(wish?: OrderWish): Promise<SignedHttpRequest>;
  /** Sends it over the phone's own mutual TLS connection. */
  send(order: SignedHttpRequest): Promise<Exchange>;
}

const ORDERS = '/v1/orders';
const JSON_TYPE = 'application/json';

/** Enrols the phone for purpose `tls`, then its signing key over that connection. */
export async function registerPhone(
  probe: ProbeWords,
  door: RelyingPartyDoor,
  names: { readonly subject: string; readonly alias: string },
): Promise<Registration> {
  const { subject } = names;
  const { apiUrl, rpId, anchors } = await door.describe();
  const tls = await enrolForTls(probe, door, { subject, alias: `${names.alias}-tls`, rpId });
  const transport = phoneTransport(probe, { clientAlias: tls.key.alias, anchors });
  const client = createRelyingPartyClient({ url: apiUrl, transport });
  const { challenge } = granted('a challenge', await client.requestSignChallenge());
  const signing = await prepareEnrolment(probe, {
    ...{ subject, challenge, rpId, purpose: 'sign', alias: `${names.alias}-sign` },
    ...(tls.appAttestKeyId === null ? {} : { appAttestKeyId: tls.appAttestKeyId }),
  });
  const { csr, evidence } = signing;
  const { epoch } = granted(
    'its signing key',
    await client.registerSigningKey({
      ...{ challenge, csr },
      ...(evidence === null ? {} : { evidence }),
    }),
  );
  return orders(probe, { transport, apiUrl, epoch, signing });
}

async function enrolForTls(
  probe: ProbeWords,
  door: RelyingPartyDoor,
  names: { readonly subject: string; readonly alias: string; readonly rpId: string },
): Promise<Enrolment> {
  const challenge = await door.challenge(names.subject);
  const enrolment = await prepareEnrolment(probe, { ...names, purpose: 'tls', challenge });
  const chain = chainOf(await door.enrol(names.subject, enrolment));
  const { alias, level } = enrolment.key;
  await probe.ask('certificate.install', { alias, chain: [...chain] }, level);
  return enrolment;
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

function orders(
  probe: ProbeWords,
  phone: {
    readonly transport: Transport;
    readonly apiUrl: string;
    readonly epoch: string;
    readonly signing: Enrolment;
  },
): Registration {
  const { epoch, apiUrl, transport, signing } = phone;
  const { origin, host } = new URL(apiUrl);
  const { alias, level } = signing.key;
  let counter = 0n;
  return {
    async sign({ agedMs = 0 } = {}) {
      counter += 1n;
      const body = utf8(JSON.stringify({ item: 'one loaf of bread', quantity: 1 }));
      const request = { method: 'POST', authority: host, target: ORDERS };
      const { headers } = await probe.ask(
        'request.sign',
        {
          ...{ ...request, alias, epoch, contentType: JSON_TYPE },
          ...{ body: toBase64url(body), counter: counter.toString() },
          ...(agedMs === 0 ? {} : { timestampMs: Date.now() - agedMs }),
        },
        level,
      );
      const others = headers.filter(([name]) => name.toLowerCase() !== 'content-type');
      return { ...request, headers: [['content-type', JSON_TYPE], ...others], body };
    },
    async send({ method, target, headers, body }) {
      const response = await transport({ method, url: `${origin}${target}`, headers, body });
      return exchangeOf(readAnswer(response, orderReplySchema));
    },
  };
}

/** What a story takes for granted before it can begin; without it there is nothing to observe. */
function granted<Value>(what: string, answer: Answer<Value>): Value {
  if (answer.outcome === 'accepted') return answer.value;
  const { status, problem } = answer;
  const message = `the phone was refused ${what}: ${status} ${problem.code}`;
  throw new HarnessError('ERR_RELYING_PARTY', message);
}
