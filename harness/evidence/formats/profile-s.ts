import { hash } from 'node:crypto';
import { formatU64 } from './decimal.js';

/** Headers of a request that is signed with profile S, in the form in which they are sent. */
export const PROFILE_S_HEADERS = {
  keyId: 'attestlab-key-id',
  epoch: 'attestlab-epoch',
  counter: 'attestlab-counter',
  timestamp: 'attestlab-timestamp',
  signature: 'attestlab-signature',
} as const;

/** Names the form of a signature that is not one ECDSA signature in DER. */
export const SIGNATURE_FORM_HEADER = 'attestlab-signature-form';

/** How a key signs with profile S: ES256 in DER, or an App Attest assertion about the digest of the text. */
export type SignatureForm = 'ecdsa' | 'app-attest';

/** What a signature of profile S covers. */
export interface ProfileSInput {
  readonly method: string;
  readonly authority: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly keyId: string;
  readonly epoch: bigint;
  readonly counter: bigint;
  readonly timestampMs: bigint;
  /** The content-type header as sent, or empty. */
  readonly contentType: string;
  /** The body's bytes as sent. */
  readonly body: Uint8Array;
}

const LABEL = 'attestlab-s1';

/** The text that profile S signs with ES256; each line is ended by LF. */
export function profileSString(input: ProfileSInput): string {
  const lines = [
    LABEL,
    input.method,
    input.authority,
    input.target,
    input.keyId,
    formatU64(input.epoch),
    formatU64(input.counter),
    formatU64(input.timestampMs),
    input.contentType,
    hash('sha256', input.body, 'base64url'),
  ];
  const broken = lines.find((line) => line.includes('\n'));
  if (broken !== undefined) {
    throw new RangeError(
      `no field of a signed request may hold a line feed: ${JSON.stringify(broken)}`,
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}
