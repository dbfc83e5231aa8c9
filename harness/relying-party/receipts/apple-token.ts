import type { KeyObject } from 'node:crypto';
import { utf8 } from '../../encoding/bytes.js';
import { signCompact } from '../../encoding/compact-token.js';

/** The team's key for DeviceCheck and App Attest, as Apple's developer account made it. */
export interface DeviceCheckKey {
  readonly teamId: string;
  readonly keyId: string;
  /** On P-256; secret. */
  readonly privateKey: KeyObject;
}

const LIFETIME_MS = 60 * 60_000;
/** How often a new one is made: well before the old one ends, also by another clock. */
const RENEWED_MS = 20 * 60_000;

/** Makes the tokens that Apple's servers want of a team (JWT, ES256), each for several calls. */
export function appleToken({ teamId, keyId, privateKey }: DeviceCheckKey): (now: Date) => string {
  let made: { readonly token: string; readonly atMs: number } | null = null;
  return (now) => {
    const atMs = now.getTime();
    if (made !== null && atMs >= made.atMs && atMs < made.atMs + RENEWED_MS) return made.token;
    const iat = Math.floor(atMs / 1000);
    const claims = { iss: teamId, iat, exp: iat + LIFETIME_MS / 1000 };
    const token = signCompact(utf8(JSON.stringify(claims)), {
      key: privateKey,
      header: { alg: 'ES256', kid: keyId, typ: 'JWT' },
    });
    made = { token, atMs };
    return token;
  };
}
