import { verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fromBase64url, fromHex, toBase64url, toHex, utf8 } from '../../encoding/bytes.js';
import { readP256Signature } from '../../encoding/ecdsa.js';
import { parsing } from '../../encoding/parsed.js';
import { loadPublicKey } from '../../encoding/signature.js';
import { enrolmentBinding, keyId, parseU64, profileSString } from './index.js';

const folder = process.env['ATTESTLAB_VECTORS'];

const Formats = z.object({
  binding: z.array(
    z.object({
      name: z.string(),
      rpId: z.string(),
      purpose: z.string(),
      nonceHex: z.string(),
      csrHex: z.string().optional(),
      hHex: z.string(),
      hBase64url: z.string(),
    }),
  ),
  keyId: z.array(z.object({ spkiHex: z.string(), keyId: z.string() })),
  profileS: z.array(
    z.object({
      name: z.string(),
      method: z.string(),
      authority: z.string(),
      target: z.string(),
      epoch: z.string(),
      counter: z.string(),
      timestampMs: z.string(),
      contentType: z.string(),
      bodyHex: z.string(),
      keyId: z.string(),
      string: z.string().nullable(),
      signature: z.string(),
      valid: z.boolean(),
    }),
  ),
});

const formats =
  folder === undefined
    ? { binding: [], keyId: [], profileS: [] }
    : Formats.parse(JSON.parse(readFileSync(join(folder, 'formats.json'), 'utf8')));

function bytes(hex: string): Uint8Array {
  return fromHex(hex) ?? utf8('not hex');
}

describe.skipIf(folder === undefined)('worked examples (ATTESTLAB_VECTORS)', () => {
  it.each(formats.binding)('binding: $name', (entry) => {
    const input = { rpId: entry.rpId, purpose: entry.purpose, nonce: bytes(entry.nonceHex) };
    const h = enrolmentBinding(
      entry.csrHex === undefined ? input : { ...input, csr: bytes(entry.csrHex) },
    );
    expect(toHex(h)).toBe(entry.hHex);
    expect(toBase64url(h)).toBe(entry.hBase64url);
  });

  it.each(formats.keyId)('key id $keyId', (entry) => {
    expect(keyId(bytes(entry.spkiHex))).toBe(entry.keyId);
  });

  it.each(formats.profileS)('profile S: $name', (entry) => {
    expect(isValid(entry)).toBe(entry.valid);
  });
});

function isValid(entry: z.infer<typeof Formats>['profileS'][number]): boolean {
  const { epoch, counter, timestampMs, ...text } = entry;
  const numbers = [epoch, counter, timestampMs].map(parseU64);
  const [epochValue, counterValue, timestampValue] = numbers;
  if (epochValue == null || counterValue == null || timestampValue == null) return false;
  const string = profileSString({
    ...text,
    epoch: epochValue,
    counter: counterValue,
    timestampMs: timestampValue,
    body: bytes(entry.bodyHex),
  });
  expect(string).toBe(entry.string);
  const signature = fromBase64url(entry.signature) ?? new Uint8Array();
  if (!parsing(() => readP256Signature(signature)).ok) return false;
  const spki = formats.keyId.find((key) => key.keyId === entry.keyId)?.spkiHex ?? '';
  const key = loadPublicKey(bytes(spki));
  if (key === null) throw new Error(`no key ${entry.keyId} in formats.json`);
  return verify('sha256', utf8(string), key, signature);
}
