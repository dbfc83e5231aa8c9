import { createHash, verify } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fromBase64url, fromHex, toHex, utf8 } from '../encoding/bytes.js';
import { readP256Signature, verifiesEs256, writeP256Pair } from '../encoding/ecdsa.js';
import { parsing } from '../encoding/parsed.js';
import { loadPublicKey } from '../encoding/signature.js';
import { parseCsr } from '../evidence/csr/index.js';
import { enrolmentBinding, keyId, parseU64, profileSString } from '../evidence/formats/index.js';
import { parseSignedRequest } from '../evidence/signed-request/index.js';
import { productRoot } from '../product.js';
import { argsSchema, COMMAND_NAMES, isCommandName, resultSchema } from './commands.js';
import { parseDeepLink } from './deep-link.js';
import { PROBE_ERROR_CODES } from './error-codes.js';
import { protocolFiles } from './generate-protocol.js';
import { DEEP_LINK_PREFIX, ELEMENTS, LIMITS } from './limits.js';
import { joinPages, parsePage } from './pages.js';
import { answerSchema, requestSchema, stateSchema } from './protocol.js';

const folder = join(productRoot, 'native-probes', 'protocol');
const files = protocolFiles();

// Everything below reads the committed files, as a foreign implementer would.
function read(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}

function hex(text: string): Uint8Array {
  return fromHex(text) ?? utf8('no hexadecimal');
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

const vectors = z
  .object({
    keyId: z.object({ spkiHex: z.string(), keyId: z.string() }),
    csr: z.object({ nonceHex: z.string(), spkiHex: z.string(), csrHex: z.string() }),
    binding: z.array(
      z.object({
        name: z.string(),
        rpId: z.string(),
        purpose: z.string(),
        nonceHex: z.string(),
        csrHex: z.string().nullable(),
        hHex: z.string(),
      }),
    ),
    profileS: z.array(
      z.object({
        name: z.string(),
        method: z.string(),
        authority: z.string(),
        target: z.string(),
        keyId: z.string(),
        epoch: z.string(),
        counter: z.string(),
        timestampMs: z.string(),
        contentType: z.string(),
        bodyHex: z.string(),
        string: z.string(),
        signature: z.string(),
        valid: z.boolean(),
      }),
    ),
    profileR: z.array(
      z.object({
        name: z.string(),
        method: z.string(),
        authority: z.string(),
        target: z.string(),
        contentType: z.string(),
        bodyHex: z.string(),
        keyId: z.string(),
        epoch: z.string(),
        counter: z.string(),
        timestampMs: z.string(),
        base: z.string(),
        der: z.string(),
        headers: z.array(z.tuple([z.string(), z.string()])),
        valid: z.boolean(),
      }),
    ),
    deepLinks: z.array(
      z.object({
        kind: z.string(),
        json: z.string().optional(),
        url: z.string().optional(),
        id: z.string().optional(),
        why: z.string().optional(),
        link: z.string(),
      }),
    ),
    paging: z.object({ answerJson: z.string(), state: z.string(), pages: z.array(z.string()) }),
  })
  .parse(read('vectors.json'));

describe('the files of the protocol', () => {
  it.each([...files.keys()])('%s is what its source generates', (name) => {
    expect(readFileSync(join(folder, name), 'utf8')).toBe(files.get(name));
  });

  it('have the digests that are published with them', () => {
    const sums = readFileSync(join(folder, 'SHA256SUMS'), 'utf8').trimEnd().split('\n');
    expect(sums).toHaveLength(files.size - 1);
    for (const line of sums) {
      const [digest, name = ''] = line.split('  ');
      expect(toHex(sha256(new Uint8Array(readFileSync(join(folder, name)))))).toBe(digest);
    }
  });

  it('are all generated, but for the specification', () => {
    const examples = readdirSync(join(folder, 'examples')).map((name) => `examples/${name}`);
    const top = readdirSync(folder).filter((name) => name.endsWith('.json'));
    expect([...top, ...examples, 'SHA256SUMS'].sort()).toEqual([...files.keys()].sort());
  });
});

describe('the specification', () => {
  const text = existsSync(join(folder, 'README.md'))
    ? readFileSync(join(folder, 'README.md'), 'utf8')
    : '';

  it.each(COMMAND_NAMES)('names the command %s', (name) => {
    expect(text).toContain(`\`${name}\``);
  });

  it.each(PROBE_ERROR_CODES)('names the error %s', (code) => {
    expect(text).toContain(`\`${code}\``);
  });

  it('states every limit and element as the code has them', () => {
    for (const limit of Object.values(LIMITS)) expect(text).toContain(String(limit));
    for (const element of Object.values(ELEMENTS)) expect(text).toContain(`\`${element}\``);
    expect(text).toContain(DEEP_LINK_PREFIX);
  });
});

describe('every example', () => {
  const names = readdirSync(join(folder, 'examples'));
  const examples = names.map((name) => {
    const pair = z.object({ request: z.unknown(), answer: z.unknown() });
    return { name, ...pair.parse(read(`examples/${name}`)) };
  });

  it.each(examples)('$name fits the schemas', ({ request, answer }) => {
    const asked = requestSchema.parse(request);
    const answered = answerSchema.parse(answer);
    expect(answered.id).toBe(asked.id);
    if (!isCommandName(asked.command)) throw new Error(`${asked.command} is no command`);
    argsSchema(asked.command).parse(asked.args);
    if (answered.ok) resultSchema(asked.command).parse(answered.result);
  });

  it('together show every command done', () => {
    const done = examples
      .map(({ request, answer }) => ({
        request: requestSchema.parse(request),
        answer: answerSchema.parse(answer),
      }))
      .filter(({ answer }) => answer.ok)
      .map(({ request }) => request.command);
    expect(new Set(done)).toEqual(new Set(COMMAND_NAMES));
  });
});

describe('the vectors', () => {
  it('have the key id of their key', () => {
    expect(keyId(hex(vectors.keyId.spkiHex))).toBe(vectors.keyId.keyId);
  });

  it('have a certification request that parses to its key and nonce', () => {
    const parsed = parseCsr(hex(vectors.csr.csrHex)).parsed;
    if (!parsed.ok) throw new Error(parsed.malformation.message);
    expect(toHex(parsed.value.spki)).toBe(vectors.csr.spkiHex);
  });

  it.each(vectors.binding)('bind: $name', ({ rpId, purpose, nonceHex, csrHex, hHex }) => {
    const input = { rpId, purpose, nonce: hex(nonceHex) };
    const bound = enrolmentBinding(csrHex === null ? input : { ...input, csr: hex(csrHex) });
    expect(toHex(bound)).toBe(hHex);
  });

  it.each(vectors.profileS)('sign: $name', (entry) => {
    const string = profileSString({
      ...entry,
      epoch: parseU64(entry.epoch) ?? -1n,
      counter: parseU64(entry.counter) ?? -1n,
      timestampMs: parseU64(entry.timestampMs) ?? -1n,
      body: hex(entry.bodyHex),
    });
    expect(string).toBe(entry.string);
    const signature = fromBase64url(entry.signature) ?? new Uint8Array();
    const key = loadPublicKey(hex(vectors.keyId.spkiHex));
    if (key === null) throw new Error('the key of the vectors does not load');
    const isStrict = parsing(() => readP256Signature(signature)).ok;
    expect(isStrict && verify('sha256', utf8(string), key, signature)).toBe(entry.valid);
  });

  it.each(vectors.profileR)('sign with profile R: $name', (entry) => {
    const { method, authority, target, contentType, headers } = entry;
    const type = contentType === '' ? [] : [['content-type', contentType] as const];
    const body = hex(entry.bodyHex);
    const request = { method, authority, target, headers: [...headers, ...type], body };
    const { parsed } = parseSignedRequest(request);
    if (!parsed.ok) throw new Error(parsed.malformation.message);
    const { signature, contentDigest, ...read } = parsed.value;
    expect(read).toMatchObject({
      ...{ profile: 'R', keyId: entry.keyId, algorithm: 'ecdsa-p256-sha256' },
      ...{ missingComponents: [], signedText: entry.base },
      ...{ epoch: parseU64(entry.epoch), counter: parseU64(entry.counter) },
      timestampMs: BigInt(Math.floor(Number(entry.timestampMs) / 1000)) * 1000n,
    });
    expect(toHex(contentDigest ?? new Uint8Array())).toBe(toHex(sha256(body)));
    const key = loadPublicKey(hex(vectors.keyId.spkiHex));
    if (key === null) throw new Error('the key of the vectors does not load');
    const message = utf8(entry.base);
    const encoding = 'ieee-p1363';
    expect(verifiesEs256(key, { message, signature, encoding })).toBe(entry.valid);
    const der = fromBase64url(entry.der) ?? new Uint8Array();
    expect(verifiesEs256(key, { message, signature: der })).toBe(true);
    const pair = writeP256Pair(readP256Signature(der));
    expect(toHex(pair) === toHex(signature)).toBe(entry.valid);
  });

  it.each(vectors.deepLinks)('link: $kind $why', ({ kind, json, url, id, link }) => {
    const read = parseDeepLink(link);
    if (kind === 'refused') expect(read).toBeNull();
    else expect(read).toEqual(kind === 'inline' ? { kind, json } : { kind, url, id });
  });

  it('page an answer that adds up again', () => {
    const state = stateSchema.parse(JSON.parse(vectors.paging.state));
    if (state.state !== 'done') throw new Error('not done');
    const pages = vectors.paging.pages.map(parsePage);
    expect(pages.length).toBeGreaterThan(1);
    expect(
      joinPages(
        state,
        pages.map((page) => page?.chunk ?? ''),
      ),
    ).toBe(vectors.paging.answerJson);
  });
});
