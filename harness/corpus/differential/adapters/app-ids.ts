import { createPublicKey } from 'node:crypto';
import { fromBase64url } from '../../../encoding/bytes.js';
import { p256SpkiOfPoint } from '../../../encoding/cose.js';
import type { Answer } from '../protocol.js';

/** Bytes of a vector's base64url, which its schema has checked; spare bits decode to nothing. */
export function bytesOf(text: string): Buffer {
  return Buffer.from(fromBase64url(text) ?? new Uint8Array());
}

/** Team and bundle of an app id, for libraries that take them apart. */
export function teamAndBundle(appId: string): { readonly team: string; readonly bundle: string } {
  const dot = appId.indexOf('.');
  return { team: appId.slice(0, dot), bundle: appId.slice(dot + 1) };
}

/** A P-256 point as the PEM that libraries take. */
export function pointPem(point: Uint8Array): string {
  const key = Buffer.from(p256SpkiOfPoint(point));
  return createPublicKey({ key, format: 'der', type: 'spki' })
    .export({ format: 'pem', type: 'spki' })
    .toString();
}

/**
 * The first acceptance among several ways to call a library that takes one app id or environment a
 * call, as its caller would try them; else the refusal of the last.
 */
export async function firstAccepted<Way>(
  ways: readonly Way[],
  ask: (way: Way) => Promise<Answer>,
): Promise<Answer> {
  let answer: Answer = { verdict: 'rejected', reason: 'nothing is allowed, so it was not called' };
  for (const way of ways) {
    answer = await ask(way);
    if (answer.verdict === 'accepted') return answer;
  }
  return answer;
}
