import type { KeyObject } from 'node:crypto';
import { createPrivateKey, sign } from 'node:crypto';
import { utf8 } from '../../../harness/encoding/bytes.js';
import { profileSHeaders } from '../../../harness/evidence/signed-request/index.js';

/** A phone as the benchmark knows it: what its connections and its requests need. */
export interface BenchPhone {
  /** PEM, leaf first. */
  readonly certificateChain: string;
  /** PEM. */
  readonly tlsKey: string;
  readonly signingKeyId: string;
  /** PEM. */
  readonly signingKey: string;
}

/** A server of the benchmark, in a process of its own, as that process tells of it. */
export interface Served {
  readonly port: number;
  readonly enrolPort: number;
  /** PEM. */
  readonly anchor: string;
  readonly phones: readonly BenchPhone[];
}

const BODY = utf8('{"amount":1250,"currency":"EUR","to":"DE02120300000000202051","note":"rent"}');
const TARGET = '/v1/orders';

/**
 * Makes the bytes of signed requests of one phone to one server. `signed` is what the signature is
 * over: the text of profile S, as a phone signs, or the body alone, for the floor.
 */
export function orders(
  phone: BenchPhone,
  authority: string,
  signed: 'profile-s' | 'body' = 'profile-s',
): (counter: bigint, note?: number) => Buffer {
  const key: KeyObject = createPrivateKey(phone.signingKey);
  return (counter, note = 0) => {
    const body = note === 0 ? BODY : utf8(`{"amount":${note}}`);
    const input = {
      ...{ method: 'POST', authority, target: TARGET, keyId: phone.signingKeyId, epoch: 1n },
      ...{ counter, timestampMs: BigInt(Date.now()), contentType: 'application/json', body },
    };
    const headers = profileSHeaders(input, (text) => {
      const data = signed === 'body' ? body : text;
      return new Uint8Array(sign('sha256', data, key));
    });
    return httpRequest('POST', TARGET, authority, headers, body);
  };
}

/** The bytes of a request. */
export function httpRequest(
  method: string,
  target: string,
  authority: string,
  headers: readonly (readonly [name: string, value: string])[],
  body: Uint8Array,
): Buffer {
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `host: ${authority}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    'content-type: application/json',
    `content-length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]);
}
