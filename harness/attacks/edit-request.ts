import { utf8 } from '../encoding/bytes.js';
import type { SignedHttpRequest } from '../evidence/signed-request/index.js';
import { flipBit } from './edit-der.js';

/** Order of P-256's group: of a signature (r, s), (r, n - s) verifies too. */
export const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** Another body than this one. */
export function tampered(body: Uint8Array): Uint8Array {
  return body.length === 0 ? utf8('{}') : flipBit(body, -1);
}

/** The request with another value of each header of this name, given in lower case. */
export function withHeader(
  request: SignedHttpRequest,
  wanted: string,
  change: (value: string) => string,
): SignedHttpRequest {
  const headers = request.headers.map(([name, value]) =>
    name.toLowerCase() === wanted ? ([name, change(value)] as const) : ([name, value] as const),
  );
  return { ...request, headers };
}
