import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../../encoding/bytes.js';
import { Inexpressible } from '../inexpressible.js';
import type { NamedValue } from './named-values.js';
import { renderBody, renderRequest } from './render-request.js';
import {
  renderBytes,
  renderText,
  renderValue,
  templateProblem,
  type TemplateUse,
} from './template.js';

const BYTES = Uint8Array.of(0xfb, 0xff);
const values = new Map<string, NamedValue>([
  ['subject', 'a b/c'],
  ['challenge', BYTES],
  ['csr', BYTES],
  ['certificates', [BYTES, BYTES]],
  ['counter', '7'],
  ['epoch', '07'],
  ['timestamp', '1700000000999'],
  ['payload', utf8('{}')],
]);
const PEM = '-----BEGIN CERTIFICATE-----\n+/8=\n-----END CERTIFICATE-----\n';

describe('a template', () => {
  it.each([
    ['{challenge}', '+/8='],
    ['{challenge:base64url}', '-_8'],
    ['{challenge:hex}', 'fbff'],
    ['{payload:text}', '{}'],
    ['Bearer {subject}, {{{counter}}}', 'Bearer a b/c, {7}'],
    ['{timestamp}', '1700000000999'],
    ['{timestamp:s}', '1700000000'],
    ['{timestamp:iso}', '2023-11-14T22:13:20.999Z'],
    ['{certificates:pem-bundle}', `${PEM}${PEM}`],
    ['{csr:pem}', PEM.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST')],
  ])('%j is rendered as text', (text, rendered) => {
    expect(renderText(text, values, 'base64')).toBe(rendered);
  });

  it.each([
    ['{certificates}', ['+/8=', '+/8=']],
    ['{certificates:pem}', [PEM, PEM]],
    ['{counter:number}', 7],
    ['{timestamp:s:number}', 1_700_000_000],
    // What an attack made of it is no number that JSON could write.
    ['{epoch:number}', '07'],
    ['{assertion}', null],
  ])('%j is rendered as a value', (text, rendered) => {
    expect(renderValue(text, values, 'base64')).toEqual(rendered);
  });

  it('makes bytes of text and bytes, with their length before them where it is asked for', () => {
    expect(renderBytes('v1\0{challenge}{subject:u16}{challenge:hex:u16}', values)).toEqual(
      concatBytes(
        ...[utf8('v1\0'), BYTES, Uint8Array.of(0, 5), utf8('a b/c')],
        ...[Uint8Array.of(0, 4), utf8('fbff')],
      ),
    );
  });

  it('says that bytes which are no text cannot be sent as one', () => {
    expect(() => renderText('{challenge:text}', values, 'base64')).toThrow(Inexpressible);
  });

  it.each<readonly [string, TemplateUse, RegExp | null]>([
    ['{challenge}', 'text', null],
    ['{challenge', 'text', /a brace that opens or closes nothing; write \{\{/],
    ['}', 'text', /a brace/],
    ['{nonce}', 'text', /\{nonce\} is not known here; known: .*challenge/],
    ['{challenge:base32}', 'text', /no such format of challenge; known: base64, base64url, hex/],
    ['{challenge:pem}', 'text', /only certificates, csr, publicKey are written as PEM/],
    ['{challenge:u16}', 'text', /no such format/],
    ['{challenge:u16}', 'bytes', null],
    ['{subject:hex}', 'text', /no such format of subject; it takes none/],
    ['{certificates}', 'value', null],
    ['{certificates}', 'text', /is a list/],
    ['x{certificates}', 'value', /is a list/],
    ['x{certificates:pem-bundle}', 'text', null],
    ['{counter:number}', 'value', null],
    ['x{counter:number}', 'value', /is a JSON number/],
  ])('%j as %s has the problem %s', (text, use, problem) => {
    const known = new Set(values.keys());
    const found = templateProblem(text, { known, use });
    if (problem === null) expect(found).toBeNull();
    else expect(found).toMatch(problem);
  });
});

describe('a request of a mapping', () => {
  it('writes values into a path as one segment each', () => {
    const mapped = { method: 'GET', path: '/of/{subject}?c={challenge}', headers: {} };
    expect(renderRequest(mapped, values, 'base64')).toEqual({
      ...{ method: 'GET', path: '/of/a%20b%2Fc?c=%2B%2F8%3D', headers: [] },
      body: new Uint8Array(),
    });
  });

  it('leaves out a header and a member whose value there is not, and what held nothing else', () => {
    const body = {
      nonce: '{challenge}',
      evidence: { format: 'x', value: '{assertion}' },
      both: { kept: '{counter}', lost: '{assertion}' },
      list: ['{assertion}', '{counter:number}'],
      constant: { of: 1 },
    };
    const mapped = {
      method: 'POST',
      path: '/',
      headers: { a: '{assertion}', b: '{counter}' },
      body,
    };
    const { headers, body: sent } = renderRequest(mapped, values, 'hex');
    expect(headers).toEqual([
      ['content-type', 'application/json'],
      ['b', '7'],
    ]);
    expect(JSON.parse(Buffer.from(sent).toString())).toEqual({
      ...{ nonce: 'fbff', both: { kept: '7' }, list: [7], constant: { of: 1 } },
    });
  });

  it('sends a text as it is', () => {
    expect(renderBody('n={challenge:hex}', values, 'base64')).toEqual(utf8('n=fbff'));
    expect(() => renderBody('n={assertion}', values, 'base64')).toThrow(Inexpressible);
  });
});
