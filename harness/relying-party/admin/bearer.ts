import { createHash, timingSafeEqual } from 'node:crypto';

/** The one form of the header; nothing else is a bearer token (RFC 6750, 2.1). */
const BEARER = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

/** Whether a request carries this token; how long that takes does not depend on what it carries. */
export function bearsToken(authorization: string | undefined, token: string): boolean {
  const presented = BEARER.exec(authorization ?? '')?.[1] ?? '';
  // Of equal length whatever is compared, as the comparison wants it.
  return timingSafeEqual(digest(presented), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
