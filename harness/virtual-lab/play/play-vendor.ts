import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { utf8, utf8Text } from '../../encoding/bytes.js';
import { encryptCompact, signCompact } from '../../encoding/compact-token.js';
import { decryptCompactJwe, verifyCompactJws } from '../../encoding/jose.js';
import { clearedVerdict, type PlayVerdict } from './play-verdict.js';

/** What the virtual Google gives the owner of the app, as its Play Console would. */
export interface PlayConsole {
  /** The keys of classic tokens. */
  readonly keys: { readonly decryptionKey: Uint8Array; readonly verificationKey: KeyObject };
  /**
   * The call `decodeIntegrityToken`: the value of `tokenPayloadExternal` as JSON text, or null for what
   * is no token of this app. A token's verdicts are cleared once it was decoded: a token that is shown
   * twice is Google's to notice.
   */
  decodeIntegrityToken(token: string): string | null;
  /** From now on no verdict rests on the factory key that leaked. */
  revokeLeakedKeybox(): void;
}

/** The part of Play Integrity that runs at the virtual Google. */
export interface PlayVendor extends PlayConsole {
  readonly isLeakedKeyboxRevoked: boolean;
  /** Google's own clock: a phone's wrong clock does not reach its servers. */
  now(): Date;
  /** A token that the app's backend can open by itself. */
  classicToken(verdict: PlayVerdict): string;
  /** A token that only this vendor can open. */
  standardToken(verdict: PlayVerdict): string;
}

/** Makes the virtual Google; its keys end with the lab. */
export function createPlayVendor(options: { readonly clock?: () => Date } = {}): PlayVendor {
  const signer = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const decryptionKey = new Uint8Array(randomBytes(32));
  const ownKey = new Uint8Array(randomBytes(32));
  const decoded = new Set<string>();
  let isRevoked = false;

  const seal = (verdict: PlayVerdict, key: Uint8Array): string =>
    encryptCompact(utf8(signCompact(utf8(JSON.stringify(verdict)), { key: signer.privateKey })), {
      key,
    });
  const open = (token: string, key: Uint8Array): string | null => {
    const inner = decryptCompactJwe(token, key);
    const signed = inner.ok ? utf8Text(inner.value) : null;
    const payload = signed === null ? null : verifyCompactJws(signed, signer.publicKey);
    return payload?.ok === true ? utf8Text(payload.value) : null;
  };

  return {
    keys: { decryptionKey, verificationKey: signer.publicKey },
    get isLeakedKeyboxRevoked() {
      return isRevoked;
    },
    revokeLeakedKeybox() {
      isRevoked = true;
    },
    now: options.clock ?? (() => new Date()),
    classicToken: (verdict) => seal(verdict, decryptionKey),
    standardToken: (verdict) => seal(verdict, ownKey),
    decodeIntegrityToken(token) {
      const payload = open(token, ownKey) ?? open(token, decryptionKey);
      if (payload === null) return null;
      const isAgain = decoded.has(token);
      decoded.add(token);
      if (!isAgain) return payload;
      return JSON.stringify(clearedVerdict(JSON.parse(payload) as PlayVerdict));
    },
  };
}
