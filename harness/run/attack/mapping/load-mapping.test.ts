import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { enrolmentBinding, profileSString } from '../../../evidence/formats/index.js';
import { toBase64url, utf8 } from '../../../encoding/bytes.js';
import { shippedMapping } from '../shipped-mapping.js';
import { digestOf, sha256 } from './digest.js';
import { loadMapping, type Environment } from './load-mapping.js';
import type { NamedValue } from './named-values.js';
import { renderBytes } from './template.js';

const folder = mkdtempSync(join(tmpdir(), 'attestlab-mapping-'));
const shipped = readFileSync(shippedMapping, 'utf8');
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function load(text: string, environment: Environment = {}) {
  const file = join(folder, 'backend.yaml');
  writeFileSync(file, text);
  return loadMapping(file, environment);
}

const spoilt = (from: string, to: string) => {
  const text = shipped.replace(from, to);
  if (text === shipped) throw new Error(`the shipped mapping has no ${from}`);
  return text;
};

describe('the shipped mapping', () => {
  const mapping = loadMapping(shippedMapping, {});
  const nonce = sha256(utf8('nonce'));
  const csr = utf8('csr');
  const bound = new Map<string, NamedValue>([
    ['rpId', 'rp.test'],
    ['purpose', 'sign'],
    ['challenge', nonce],
    ['csrSha256', sha256(csr)],
  ]);

  it('binds evidence as the enrolment binding does', () => {
    const input = { rpId: 'rp.test', purpose: 'sign', nonce };
    const { 'android-key': android, 'app-attest': apple } = mapping.binding;
    expect(android && digestOf(android, bound)).toEqual(enrolmentBinding(input));
    expect(apple && digestOf(apple, bound)).toEqual(enrolmentBinding({ ...input, csr }));
  });

  it('signs what profile S signs', () => {
    const [key, body] = [sha256(utf8('key')), utf8('{}')];
    const input = { method: 'PUT', authority: 'rp.test:1', contentType: 'application/json' };
    const values = new Map<string, NamedValue>([
      ...Object.entries(input),
      ...[['path', '/x?y'] as const, ['keyId', key] as const, ['epoch', '3'] as const],
      ...[['counter', '5'] as const, ['timestamp', '17'] as const],
      ['payloadSha256', sha256(body)],
    ]);
    const text = profileSString({
      ...{ ...input, target: '/x?y', keyId: toBase64url(key), body },
      ...{ epoch: 3n, counter: 5n, timestampMs: 17n },
    });
    expect(renderBytes(mapping.signedRequest?.signs ?? '', values)).toEqual(utf8(text));
    expect(mapping.assertedRequest?.signs.sha256).toBe(mapping.signedRequest?.signs);
  });
});

describe('a mapping file', () => {
  it.each([
    [
      '/challenge }',
      'challenge }',
      /backend\.yaml:\d+:\d+: enrolment\.challenge\.answer\.challenge\.at: is no JSON pointer/,
    ],
    [
      "csr: '{csr}'",
      "csr: '{cert}'",
      /:\d+:\d+: enrolment\.submit\.android-key\.body\.csr: \{cert\} is not known here; known: .*csr/,
    ],
    [
      "'{certificates}'",
      "'{certificates:pdf}'",
      /certificates: \{certificates:pdf\}: no such format.*known: base64/,
    ],
    ['encoding: base64url', 'encoding: base46', /encoding: "base46" is none of the known values/],
    [
      'enrolment:\n  purpose',
      'enrollment:\n  purpose',
      /unknown key; known keys: encoding, headers/,
    ],
    ['path: /v1/enrolments', 'path: v1/enrolments', /path: does not begin with a slash/],
    [
      'refused: { statuses: [4xx] }',
      'refused: { statuses: [4xx, 200] }',
      /answers\.refused\.statuses: 200 says accepted as well; add where/,
    ],
    [
      'reason: { at: /code }',
      'reason: { at: /code, header: x }',
      /answers\.reason: needs one of at, header/,
    ],
    [
      'reason: { at: /code }',
      'reasons: { BAD: [csr/nonce-match] }',
      /answers\.reasons\.BAD\[0\]: .*nearest: csr\/nonce-matches/,
    ],
    [
      '  android-key:\n    sha256',
      '  app-attest2:\n    sha256',
      /binding\.app-attest2: unknown key/,
    ],
    [
      '/challenge }\n      # What',
      '/challenge }\n      keep: { subject: { at: /x } }\n      #',
      /keep\.subject: \{subject\} stands for something already/,
    ],
    [
      "signature: '{signature}'",
      "signature: '{assertion}'",
      /signedRequest\.headers.*\{assertion\} is not known here/,
    ],
  ])('with %j replaced by %j is refused with its place', (from, to, message) => {
    expect(() => load(spoilt(from, to))).toThrow(message);
  });

  it('is refused where evidence is submitted that it does not bind', () => {
    const without = shipped.replace(/ {2}android-key:\n {4}sha256: .*\n/, '');
    expect(() => load(without)).toThrow(
      /binding: android-key is missing: what is the attestation challenge/,
    );
  });

  it('is refused where phones get somewhere that never enrol', () => {
    const without = shipped.replace(/ {4}app-attest-attestation:\n(?: {6}.*\n)+/, '');
    expect(() => load(without)).toThrow(
      /signingKey\.submit\.app-attest-assertion: enrolment\.submit has no app-attest-attestation/,
    );
  });
});

describe('a header of each request', () => {
  const headed = (header: string) => `${shipped}\nheaders: { x-api-key: ${header} }\n`;

  it('comes from the environment', () => {
    const { headers } = load(headed('{ env: BACKEND_KEY }'), { BACKEND_KEY: 's3cret' });
    expect(headers).toEqual([['x-api-key', 's3cret']]);
    expect(() => load(headed('{ env: BACKEND_KEY }'))).toThrow(
      /headers\.x-api-key: the environment has no BACKEND_KEY; set it/,
    );
  });

  it('comes from a file beside the mapping that only its owner may read', () => {
    const file = join(folder, 'api.key');
    writeFileSync(file, 's3cret\n', { mode: 0o600 });
    chmodSync(file, 0o600);
    expect(load(headed('{ file: api.key }')).headers).toEqual([['x-api-key', 's3cret']]);
    chmodSync(file, 0o644);
    expect(() => load(headed('{ file: api.key }'))).toThrow(/others may read it; chmod 600/);
  });

  it('is never shown, however it is wrong', () => {
    let message = '';
    try {
      load(headed('{ env: BACKEND_KEY }'), { BACKEND_KEY: 's3cret\nx' });
    } catch (error) {
      message = String(error);
    }
    expect(message).toMatch(/headers\.x-api-key: what is given for it is empty, or is no value/);
    expect(message).not.toContain('s3cret');
  });
});
