import { toBase64url } from '../encoding/bytes.js';
import type { ProbeErrorCode } from './error-codes.js';
import { LIMITS } from './limits.js';
import { exampleBytes } from './protocol-test-key.js';

/** A request that every probe refuses, and how. */
export interface Refusal {
  readonly name: string;
  /** The one platform whose probes refuse it so; both where it is left out. */
  readonly platform?: 'android' | 'ios';
  readonly json: string;
  /** Under which id the refusal is shown. */
  readonly id: string;
  readonly code: ProbeErrorCode;
}

const SECRET = toBase64url(exampleBytes('secret', 32));
const NO_ID = toBase64url(new Uint8Array(16));
const NONCE = toBase64url(exampleBytes('nonce', 32));

const generation = {
  ...{ alias: 'a', purpose: 'tls', algorithm: 'ec-p256' },
  ...{ ladder: ['software'], digests: ['sha256'] },
};
const signing = {
  ...{ alias: 'absent', method: 'POST', authority: 'rp.example', target: '/v1/orders' },
  ...{ contentType: 'application/json', body: 'e30', epoch: '1', counter: '1' },
};
const sending = {
  ...{ url: 'https://rp.example/', method: 'GET', headers: [], body: '' },
  anchors: ['AAAA'],
};
const appAttest = { keyId: toBase64url(exampleBytes('App Attest key id', 32)) };

/**
 * Requests that are refused, whatever probe they come to, in order: it belongs to the holder of
 * `secret`, and has no key.
 */
export function protocolRefusals() {
  return { secret: SECRET, requests: [...unreadable(), ...unwanted(), ...unfit()] };
}

// What is no request of the protocol has no id that could be trusted.
function unreadable(): readonly Refusal[] {
  const changed = (name: string, change: object, code: ProbeErrorCode = 'malformed_request') => ({
    ...{ name, json: request(name, 'facts', {}, change), id: NO_ID, code },
  });
  const text = (name: string, json: string) => ({
    ...{ name, json, id: NO_ID, code: 'malformed_request' as const },
  });
  const deep = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;
  return [
    text('no JSON', 'facts'),
    text('an empty object', '{}'),
    text('a list', '[]'),
    text('two objects', '{}{}'),
    text('JSON that ends too early', request('ends early', 'facts', {}).slice(0, -1)),
    text('as many brackets as a link holds', '['.repeat(1500)),
    changed('one list more than a request may nest', {
      args: { a: deep(LIMITS.requestDepth - 1) },
    }),
    changed('no version', { v: undefined }),
    changed('no secret', { secret: undefined }),
    changed('a member too many', { more: true }),
    changed('an id that is too short', { id: 'AAAA' }),
    changed('an id that is no text', { id: 1 }),
    changed('a secret that is too short', { secret: 'AAAA' }),
    changed('a secret with padding', { secret: `${SECRET}=` }),
    changed('arguments that are a list', { args: [] }),
    changed('an empty command', { command: '' }),
    changed('a command of 65 characters', { command: 'a'.repeat(65) }),
    changed('a command that is no text', { command: 1 }),
    changed('a later version', { v: 2 }, 'version_unsupported'),
    changed('a version that is no number', { v: '1' }, 'version_unsupported'),
    changed('a later version with a member too many', { v: 2, more: true }),
  ];
}

function unwanted(): readonly Refusal[] {
  const stranger = { secret: toBase64url(exampleBytes('secret of a stranger', 32)) };
  const rung = (level: string) => ({ ...generation, ladder: [level] });
  const token = { kind: 'classic', nonce: NONCE };
  return [
    refusal('a stranger', ['facts', {}], 'secret_mismatch', stranger),
    refusal('a stranger’s hello', ['hello', versions(1, 1)], 'secret_mismatch', stranger),
    refusal('an unknown command', ['key.steal', {}], 'unknown_command'),
    refusal('a command in capitals', ['FACTS', {}], 'unknown_command'),
    refusal('a name that objects have', ['toString', {}], 'unknown_command'),
    refusal('versions of the future', ['hello', versions(2, 9)], 'version_unsupported'),
    refusal('versions that end too early', ['hello', versions(2, 1)], 'version_unsupported'),
    only('android', refusal('App Attest', ['appattest.generate', {}], 'unsupported')),
    only('android', refusal('an enclave', ['key.generate', rung('secure-enclave')], 'unsupported')),
    only('ios', refusal('a StrongBox', ['key.generate', rung('strongbox')], 'unsupported')),
    only('ios', refusal('Play Integrity', ['playintegrity.request', token], 'unsupported')),
    ...['key.sign', 'key.export', 'key.csr', 'request.sign'].map((command) =>
      refusal(`${command} of an absent key`, [command, absent(command)], 'key_not_found'),
    ),
  ];
}

// Arguments are judged before anything else: none of these reaches a key.
function unfit(): readonly Refusal[] {
  return [...unfitSessions(), ...unfitKeys(), ...unfitRequests()].map(([name, ...call]) =>
    refusal(name, call, 'invalid_args'),
  );
}

type Case = readonly [name: string, command: string, args: object];

function unfitSessions(): readonly Case[] {
  return [
    ['version 0', 'hello', versions(0, 1)],
    ['half a version', 'hello', versions(1, 1.5)],
    ['no highest version', 'hello', { minVersion: 1 }],
    ['an argument too many', 'facts', { more: true }],
    ['a kind of nobody', 'playintegrity.request', { kind: 'express', nonce: NONCE }],
    [
      'a standard request with a nonce',
      'playintegrity.request',
      { kind: 'standard', nonce: NONCE },
    ],
    ['a reset of one key', 'reset', { alias: 'a' }],
  ];
}

function unfitKeys(): readonly Case[] {
  return [
    ['an alias with a space', 'key.delete', { alias: 'a b' }],
    ['an alias with a slash', 'key.delete', { alias: '../a' }],
    ['an alias that is no ASCII', 'key.delete', { alias: 'ä' }],
    ['an empty alias', 'key.delete', { alias: '' }],
    ['an alias of 65 characters', 'key.delete', { alias: 'a'.repeat(LIMITS.aliasChars + 1) }],
    ['an alias that is no text', 'key.delete', { alias: 1 }],
    ['no alias', 'key.delete', {}],
    ['an alias of null', 'key.delete', { alias: null }],
    ['an empty ladder', 'key.generate', { ...generation, ladder: [] }],
    ['a rung of nobody', 'key.generate', { ...generation, ladder: ['vault'] }],
    [
      'five rungs',
      'key.generate',
      { ...generation, ladder: Array.from({ length: 5 }, () => 'software') },
    ],
    ['no digest', 'key.generate', { ...generation, digests: [] }],
    ['another digest', 'key.generate', { ...generation, digests: ['sha1'] }],
    ['another purpose', 'key.generate', { ...generation, purpose: 'encrypt' }],
    ['another algorithm', 'key.generate', { ...generation, algorithm: 'ec-p384' }],
    [
      'a challenge of 129 bytes',
      'key.generate',
      { ...generation, challenge: toBase64url(new Uint8Array(129)) },
    ],
    ['base64 with padding', 'key.sign', { alias: 'absent', data: 'e30=' }],
    ['base64url with spare bits', 'key.sign', { alias: 'absent', data: 'AB' }],
    ['base64url that ends within a byte', 'key.sign', { alias: 'absent', data: 'AAAAA' }],
    ['base64 that is no base64url', 'key.sign', { alias: 'absent', data: '+/+/' }],
    ['an empty name', 'key.csr', { ...absent('key.csr'), commonName: '' }],
    ['a name of 65 characters', 'key.csr', { ...absent('key.csr'), commonName: 'a'.repeat(65) }],
    [
      'a nonce of 31 bytes',
      'key.csr',
      { ...absent('key.csr'), nonce: toBase64url(new Uint8Array(31)) },
    ],
    ['an empty chain', 'certificate.install', { alias: 'absent', chain: [] }],
    ['a chain of no certificates', 'certificate.install', { alias: 'absent', chain: ['AAAA'] }],
  ];
}

function unfitRequests(): readonly Case[] {
  return [
    ['a counter with a zero before it', 'request.sign', { ...signing, counter: '01' }],
    ['a counter below zero', 'request.sign', { ...signing, counter: '-1' }],
    ['a counter that is a number', 'request.sign', { ...signing, counter: 1 }],
    ['a counter of 65 bits', 'request.sign', { ...signing, counter: '18446744073709551616' }],
    ['a method with a space', 'request.sign', { ...signing, method: 'GET /' }],
    ['a line feed in the target', 'request.sign', { ...signing, target: '/a\nb' }],
    ['an unknown profile', 'request.sign', { ...signing, profile: 't' }],
    ['a time before 1970', 'request.sign', { ...signing, timestampMs: -1 }],
    ['no HTTPS', 'request.send', { ...sending, url: 'http://rp.example/' }],
    ['no anchor', 'request.send', { ...sending, anchors: [] }],
    ['a pin of SHA-1', 'request.send', { ...sending, pins: ['sha1/AAAAAAAAAAAAAAAAAAAAAAAAAAA='] }],
    ['no pin in the list of pins', 'request.send', { ...sending, pins: [] }],
    ['a header of three parts', 'request.send', { ...sending, headers: [['a', 'b', 'c']] }],
    [
      'an App Attest key id of 31 bytes',
      'appattest.attest',
      { keyId: toBase64url(new Uint8Array(31)), clientDataHash: 'AAAA' },
    ],
    ['an empty clientDataHash', 'appattest.assert', { ...appAttest, clientDataHash: '' }],
  ];
}

function refusal(
  name: string,
  [command, args]: readonly [command: string, args: object],
  code: ProbeErrorCode,
  change: object = {},
): Refusal {
  return { name, json: request(name, command, args, change), id: idOf(name), code };
}

function only(platform: 'android' | 'ios', { name, ...rest }: Refusal): Refusal {
  return { name, platform, ...rest };
}

function absent(command: string): object {
  if (command === 'key.sign') return { alias: 'absent', data: '' };
  if (command === 'key.csr') return { alias: 'absent', commonName: 'phone-1', nonce: NONCE };
  return command === 'request.sign' ? signing : { alias: 'absent' };
}

function versions(minVersion: number, maxVersion: number) {
  return { minVersion, maxVersion };
}

function idOf(name: string): string {
  return toBase64url(exampleBytes(`refused: ${name}`, 16));
}

function request(name: string, command: string, args: object, change: object = {}): string {
  return JSON.stringify({ v: 1, id: idOf(name), secret: SECRET, command, args, ...change });
}
