import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../encoding/bytes.js';
import { MalformedInput } from '../../encoding/parsed.js';
import {
  isInnerList,
  readDictionary,
  signatureBase,
  type SignableMessage,
} from './signature-base.js';

// RFC 9421, B.1.3: test-key-ecc-p256.
const ECC_P256 = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END PUBLIC KEY-----`;

const DIGEST =
  'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:';
const RESPONSE_DIGEST =
  'sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:';

// B.2: test-request and test-response.
const REQUEST: SignableMessage = {
  ...{ method: 'POST', authority: 'example.com', target: '/foo?param=Value&Pet=dog' },
  headers: [
    ['Host', 'example.com'],
    ['Date', 'Tue, 20 Apr 2021 02:07:55 GMT'],
    ['Content-Type', 'application/json'],
    ['Content-Digest', DIGEST],
    ['Content-Length', '18'],
  ],
};
const RESPONSE: SignableMessage = {
  status: 200,
  headers: [
    ['Date', 'Tue, 20 Apr 2021 02:07:56 GMT'],
    ['Content-Type', 'application/json'],
    ['Content-Digest', RESPONSE_DIGEST],
    ['Content-Length', '23'],
  ],
};

const CLIENT_CERT = `:${[
  'MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxB',
  'IEludGVybWVkaWF0ZSBDQTAeFw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZI',
  'zj0CAQYIKoZIzj0DAQcDQgAE8YnXXfaUgmnMtOXU/IncWalRhebrXmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJi',
  'Ny6J84y7uzo9M6NyMHAwCQYDVR0TBAIwADAfBgNVHSMEGDAWgBRm3WjLa38lbEYCuiCPct0ZaSED2DAOBgNVHQ8BAf8EBAMC',
  'BsAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUC',
  'IBHda/r1vaL6G3VliL4/Di6YK0Q6bMjeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmuydBVoU4hBVZ1yhk=',
].join('')}:`;

// B.3: what the terminating proxy sends on.
const PROXIED: SignableMessage = {
  ...{ method: 'POST', authority: 'service.internal.example', target: '/foo?param=Value&Pet=dog' },
  headers: [
    ['Host', 'service.internal.example'],
    ['Date', 'Tue, 20 Apr 2021 02:07:55 GMT'],
    ['Content-Type', 'application/json'],
    ['Content-Length', '18'],
    ['Client-Cert', CLIENT_CERT],
  ],
};

// B.4: the message whose transformations are told of.
const TRANSFORMED: SignableMessage = {
  ...{ method: 'GET', authority: 'example.org', target: '/demo?name1=Value1&Name2=value2' },
  headers: [
    ['Host', 'example.org'],
    ['Date', 'Fri, 15 Jul 2022 14:24:55 GMT'],
    ['Accept', 'application/json'],
    ['Accept', '*/*'],
  ],
};
const TRANSFORM =
  '("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"';
const TRANSFORM_BASE = [
  ...['"@method": GET', '"@path": /demo', '"@authority": example.org'],
  '"accept": application/json, */*',
  `"@signature-params": ${TRANSFORM}`,
];

const AT = 'created=1618884473';

/** By section: the message, the value of the Signature-Input member, and the lines of the base before its last. */
const EXAMPLES: readonly (readonly [string, SignableMessage, string, readonly string[]])[] = [
  ['B.2.1', REQUEST, `();${AT};keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"`, []],
  [
    'B.2.2',
    REQUEST,
    `("@authority" "content-digest" "@query-param";name="Pet");${AT};keyid="test-key-rsa-pss";tag="header-example"`,
    ['"@authority": example.com', `"content-digest": ${DIGEST}`, '"@query-param";name="Pet": dog'],
  ],
  [
    'B.2.3',
    REQUEST,
    `("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");${AT};keyid="test-key-rsa-pss"`,
    [
      ...['"date": Tue, 20 Apr 2021 02:07:55 GMT', '"@method": POST', '"@path": /foo'],
      ...['"@query": ?param=Value&Pet=dog', '"@authority": example.com'],
      ...['"content-type": application/json', `"content-digest": ${DIGEST}`],
      '"content-length": 18',
    ],
  ],
  [
    'B.2.4',
    RESPONSE,
    `("@status" "content-type" "content-digest" "content-length");${AT};keyid="test-key-ecc-p256"`,
    [
      ...['"@status": 200', '"content-type": application/json'],
      ...[`"content-digest": ${RESPONSE_DIGEST}`, '"content-length": 23'],
    ],
  ],
  [
    'B.2.5',
    REQUEST,
    `("date" "@authority" "content-type");${AT};keyid="test-shared-secret"`,
    [
      ...['"date": Tue, 20 Apr 2021 02:07:55 GMT', '"@authority": example.com'],
      '"content-type": application/json',
    ],
  ],
  [
    'B.2.6',
    REQUEST,
    `("date" "@method" "@path" "@authority" "content-type" "content-length");${AT};keyid="test-key-ed25519"`,
    [
      ...['"date": Tue, 20 Apr 2021 02:07:55 GMT', '"@method": POST', '"@path": /foo'],
      ...['"@authority": example.com', '"content-type": application/json', '"content-length": 18'],
    ],
  ],
  [
    'B.3',
    PROXIED,
    `("@path" "@query" "@method" "@authority" "client-cert");${AT};keyid="test-key-ecc-p256"`,
    [
      ...['"@path": /foo', '"@query": ?param=Value&Pet=dog', '"@method": POST'],
      ...['"@authority": service.internal.example', `"client-cert": ${CLIENT_CERT}`],
    ],
  ],
  ['B.4', TRANSFORMED, TRANSFORM, TRANSFORM_BASE.slice(0, -1)],
];

function baseOf(message: SignableMessage, value: string): string {
  const member = readDictionary([['signature-input', `sig=${value}`]], 'signature-input').get(
    'sig',
  );
  if (member === undefined || !isInnerList(member)) throw new Error('no list of components');
  return signatureBase(message, member);
}

describe('the signature base of RFC 9421', () => {
  it.each(EXAMPLES)('is that of appendix %s', (_section, message, value, lines) => {
    const base = [...lines, `"@signature-params": ${value}`].join('\n');
    expect(baseOf(message, value)).toBe(base);
  });

  it.each([
    [
      'B.2.4',
      'wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==',
    ],
    [
      'B.3',
      'xVMHVpawaAC/0SbHrKRs9i8I3eOs5RtTMGCWXm/9nvZzoHsIg6Mce9315T6xoklyy0yzhD9ah4JHRwMLOgmizw==',
    ],
  ])('is what the P-256 signature of appendix %s is over', (section, signature) => {
    const [, message, value] = EXAMPLES.find(([name]) => name === section) ?? [];
    if (message === undefined || value === undefined) throw new Error('no such example');
    const key = { key: createPublicKey(ECC_P256), dsaEncoding: 'ieee-p1363' } as const;
    const verifies = (base: string): boolean =>
      verify('sha256', utf8(base), key, Buffer.from(signature, 'base64'));
    expect(verifies(baseOf(message, value))).toBe(true);
    expect(verifies(baseOf({ ...message, headers: message.headers.slice() }, value) + '\n')).toBe(
      false,
    );
  });

  it('survives what B.4 lets pass, and nothing else', () => {
    const usual = baseOf(TRANSFORMED, TRANSFORM);
    const { headers } = TRANSFORMED;
    const [host, date] = headers;
    if (host === undefined || date === undefined) throw new Error('two headers at least');
    const accept = (...values: readonly string[]) =>
      values.map((value) => ['accept', value] as const);
    const harmless: readonly Partial<SignableMessage>[] = [
      { target: '/demo?name1=Value1&Name2=value2&param=added' },
      { headers: [...headers, ['Accept-Language', 'en-US,en;q=0.5']] },
      { headers: [['Referer', 'https://example.org'], ...accept('application/json, */*')] },
      { headers: [...accept('application/json', '*/*'), date, host] },
      { headers: accept('  application/json ', '\t*/*') },
      { authority: 'EXAMPLE.org:443' },
    ];
    for (const change of harmless) {
      expect(baseOf({ ...TRANSFORMED, ...change }, TRANSFORM)).toBe(usual);
    }
    const harmful: readonly Partial<SignableMessage>[] = [
      { method: 'POST', authority: 'example.com' },
      { headers: accept('*/*', 'application/json') },
      { authority: 'example.org:8443' },
    ];
    for (const change of harmful) {
      expect(baseOf({ ...TRANSFORMED, ...change }, TRANSFORM)).not.toBe(usual);
    }
  });

  it('has the derived components that appendix B has no example of', () => {
    const list = '("@target-uri" "@scheme" "@request-target" "@query")';
    expect(baseOf({ ...TRANSFORMED, target: '/a%2Fb' }, list)).toBe(
      [
        ...['"@target-uri": https://example.org/a%2Fb', '"@scheme": https'],
        ...['"@request-target": /a%2Fb', '"@query": ?', `"@signature-params": ${list}`],
      ].join('\n'),
    );
  });

  it.each([
    ['a component twice', '("@method" "@method")'],
    ['a field that is not there', '("x-missing")'],
    ['a component that is unknown', '("@unknown")'],
    ['a way to write a field that is not read', '("accept";sf)'],
    ['a component of responses', '("@status")'],
    ['a parameter of the query that is not there', '("@query-param";name="none")'],
    ['a parameter of the query without name', '("@query-param")'],
    ['a token for a name', '(method)'],
    ['the component of the base itself', '("@signature-params")'],
  ])('is refused for %s', (_name, list) => {
    expect(() => baseOf(TRANSFORMED, list)).toThrow(MalformedInput);
  });
});
