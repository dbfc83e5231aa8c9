import { z } from 'zod';
import { fromBase64url, toBase64url, utf8 } from '../../encoding/bytes.js';
import { PROFILE_S_HEADERS } from '../../evidence/formats/index.js';
import {
  profileSAssertionHeaders,
  profileSClientDataHash,
  type SignedHttpRequest,
} from '../../evidence/signed-request/index.js';
import { HarnessError } from '../../errors.js';
import { readAnswer } from '../../relying-party/client.js';
import { orderReplySchema } from '../../relying-party/schemas.js';
import type { Transport } from '../../relying-party/transport.js';
import type { Exchange } from '../control-protocol.js';
import { exchangeOf } from '../exchange.js';
import type { PhoneKey } from './keys.js';
import type { ProbeWords } from './probe-words.js';

/** What a story wants signed; what it leaves out is as an honest app has it. */
export interface OrderWish {
  /** How far the stated time lies behind the phone's clock, in ms; negative for a time ahead of it. */
  readonly agedMs?: number;
  /** Corrects the phone's clock by what a refusal said that it lacks. */
  readonly correctedBy?: Exchange;
  /** Leaves counters out, as an app does whose messages are lost. */
  readonly skippedCounters?: number;
  /** The counter that it states, and that the next one follows; the next one where it is left out. */
  readonly counter?: bigint;
  /** How it is signed; profile S where it is left out. */
  readonly profile?: 's' | 'r';
  /** What is ordered, JSON; always the same where it is left out. */
  readonly body?: string;
}

/** What of a registration sends orders. */
export interface Orders {
  /** Signs an order with the next counter. */
  sign(wish?: OrderWish): Promise<SignedHttpRequest>;
  /** Has the App Attest key sign an order, which counts by itself; throws where the phone has none. */
  signByAppAttest(wish?: Pick<OrderWish, 'counter'>): Promise<SignedHttpRequest>;
  /** Sends it over the phone's own mutual TLS connection. */
  send(order: SignedHttpRequest): Promise<Exchange>;
  /** The key that signs. */
  readonly key: PhoneKey;
}

const ORDERS = '/v1/orders';
const JSON_TYPE = 'application/json';
const ORDER = utf8(JSON.stringify({ item: 'one loaf of bread', quantity: 1 }));
/** An App Attest key is registered once, under the first epoch. */
const APP_ATTEST_EPOCH = 1n;

/** The orders of a phone whose signing key is registered under an epoch. */
export function openOrders(
  probe: ProbeWords,
  phone: {
    readonly transport: Transport;
    readonly apiUrl: string;
    readonly epoch: string;
    readonly key: PhoneKey;
    readonly appAttestKeyId: string | null;
  },
): Orders {
  const { epoch, apiUrl, transport, appAttestKeyId } = phone;
  const { origin, host } = new URL(apiUrl);
  const { alias, level } = phone.key;
  const request = { method: 'POST', authority: host, target: ORDERS };
  let counter = 0n;
  let assertedCounter = 0n;
  const clockMs = async (): Promise<number> => (await probe.ask('facts', {})).deviceTimeMs;
  return {
    key: phone.key,
    async sign({ agedMs = 0, skippedCounters = 0, correctedBy, profile, ...wish } = {}) {
      const aheadMs = (correctedBy === undefined ? 0 : clockOffsetOf(correctedBy)) - agedMs;
      const body = wish.body === undefined ? ORDER : utf8(wish.body);
      counter = wish.counter ?? counter + 1n + BigInt(skippedCounters);
      const { headers } = await probe.ask(
        'request.sign',
        {
          ...{ ...request, alias, epoch, contentType: JSON_TYPE },
          ...{ body: toBase64url(body), counter: counter.toString() },
          ...(profile === undefined ? {} : { profile }),
          ...(aheadMs === 0 ? {} : { timestampMs: (await clockMs()) + aheadMs }),
        },
        level,
      );
      return { ...request, headers: [JSON_HEADER, ...withoutType(headers)], body };
    },
    async signByAppAttest(wish = {}) {
      if (appAttestKeyId === null) {
        throw new HarnessError('ERR_USAGE', 'no App Attest key vouches for this registration');
      }
      assertedCounter = wish.counter ?? assertedCounter + 1n;
      const input = {
        ...{ ...request, contentType: JSON_TYPE, body: ORDER, keyId: appAttestKeyId },
        ...{ epoch: APP_ATTEST_EPOCH, counter: assertedCounter },
        timestampMs: BigInt(await clockMs()),
      };
      const clientDataHash = toBase64url(profileSClientDataHash(input));
      const asked = { keyId: appAttestKeyId, clientDataHash };
      const { assertion } = await probe.ask('appattest.assert', asked);
      const headers = profileSAssertionHeaders(input, fromBase64url(assertion) ?? new Uint8Array());
      return { ...request, headers: [JSON_HEADER, ...headers], body: ORDER };
    },
    async send({ method, target, headers, body }) {
      const response = await transport({ method, url: `${origin}${target}`, headers, body });
      return exchangeOf(readAnswer(response, orderReplySchema));
    },
  };
}

function clockOffsetOf({ body }: Exchange): number {
  const { clockOffsetMs } = z.object({ clockOffsetMs: z.int() }).parse(body);
  return clockOffsetMs;
}

/** The key that signed an order, as the order names it. */
export function keyIdOfOrder({ headers }: SignedHttpRequest): string {
  const name = PROFILE_S_HEADERS.keyId;
  const found = headers.find(([header]) => header.toLowerCase() === name);
  if (found === undefined) throw new HarnessError('ERR_PROBE_PROTOCOL', `no header ${name}`);
  return found[1];
}

const JSON_HEADER = ['content-type', JSON_TYPE] as const;

function withoutType(
  headers: readonly (readonly [name: string, value: string])[],
): readonly (readonly [name: string, value: string])[] {
  return headers.filter(([name]) => name.toLowerCase() !== 'content-type');
}
