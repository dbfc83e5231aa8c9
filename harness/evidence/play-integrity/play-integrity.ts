import type { KeyObject } from 'node:crypto';
import { utf8Text } from '../../encoding/bytes.js';
import { decryptCompactJwe, verifyCompactJws } from '../../encoding/jose.js';
import type { Parsed } from '../../encoding/parsed.js';
import { parseIntegrityPayload, type IntegrityPayload } from './payload.js';

/**
 * A Play Integrity verdict as evidence. A classic token is opened with the app's own keys; a
 * standard one is opened by Google's server alone, so what reaches a backend is the decoded payload.
 */
export interface PlayIntegrityEvidence {
  readonly format: 'play-integrity';
  readonly form: 'classic-token' | 'decoded-payload';
  /** The compact token, or the JSON text of the payload. */
  readonly text: string;
}

/** Takes a classic token as it came; opening it needs keys and is the verifier's first check. */
export function playIntegrityToken(token: string): PlayIntegrityEvidence {
  return { format: 'play-integrity', form: 'classic-token', text: token };
}

/**
 * Takes the payload of Google's decode call, the value of `tokenPayloadExternal`, as JSON text. Only
 * ever from that call's answer: nothing in the text itself shows that it came from Google.
 */
export function playIntegrityPayload(json: string): PlayIntegrityEvidence {
  return { format: 'play-integrity', form: 'decoded-payload', text: json };
}

/** The keys of one app's classic tokens, from the Play Console. */
export interface PlayIntegrityKeys {
  /** AES-256 key that tokens are encrypted with: a secret. */
  readonly decryptionKey: Uint8Array;
  /** Google's P-256 key that tokens are signed with. */
  readonly verificationKey: KeyObject;
}

/** How far a token could be opened; each step is null where the one before it failed. */
export interface OpenedVerdict {
  /** Null where there was nothing to decrypt. */
  readonly decrypted: Parsed<string> | null;
  readonly verified: Parsed<string> | null;
  readonly payload: Parsed<IntegrityPayload> | null;
}

/** Bounds the work that one hostile token can cause; those seen have 2 kB. */
const MAX_CHARACTERS = 131_072;

/** Decrypts a classic token, verifies what was inside and parses the payload. */
export function openToken(token: string, keys: PlayIntegrityKeys): OpenedVerdict {
  const none = { decrypted: null, verified: null, payload: null };
  if (token.length > MAX_CHARACTERS) {
    return { ...none, decrypted: malformed(`a token of ${token.length} characters`) };
  }
  const decrypted = asText(decryptCompactJwe(token, keys.decryptionKey));
  if (!decrypted.ok) return { ...none, decrypted };
  const verified = asText(verifyCompactJws(decrypted.value, keys.verificationKey));
  const payload = verified.ok ? parseIntegrityPayload(verified.value) : null;
  return { decrypted, verified, payload };
}

function asText(bytes: Parsed<Uint8Array>): Parsed<string> {
  if (!bytes.ok) return bytes;
  const text = utf8Text(bytes.value);
  return text === null ? malformed('not UTF-8') : { ok: true, value: text };
}

function malformed<T>(message: string): Parsed<T> {
  return { ok: false, malformation: { offset: 0, message } };
}
