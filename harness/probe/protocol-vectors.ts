import { concatBytes, toBase64url, toHex, utf8 } from '../encoding/bytes.js';
import { buildCsr } from '../evidence/csr/index.js';
import {
  enrolmentBinding,
  keyId,
  profileSString,
  type ProfileSInput,
} from '../evidence/formats/index.js';
import { profileRHeaders, type ProfileRInput } from '../evidence/signed-request/index.js';
import { inlineLink, urlLink } from './deep-link.js';
import { LIMITS } from './limits.js';
import { pageAnswer } from './pages.js';
import { protocolRefusals } from './protocol-refusals.js';
import { exampleBytes, protocolTestKey, type ProtocolTestKey } from './protocol-test-key.js';

const RP_ID = 'relying-party.example';
const NONCE = exampleBytes('nonce', 32);
const REQUEST_ID = toBase64url(exampleBytes('vector request id', 16));

/** Worked examples of every format that a probe builds or reads; `native-probes/protocol/vectors.json`. */
export function protocolVectors(): Readonly<Record<string, unknown>> {
  const key = protocolTestKey('signing key');
  const csr = buildCsr({ commonName: 'phone-1', spki: key.spki, nonce: NONCE, sign: key.sign });
  return {
    about:
      'Worked examples of the probe protocol and of the formats that probes build. Test data: the keys are public.',
    keyId: { spkiHex: toHex(key.spki), keyId: keyId(key.spki) },
    csr: {
      commonName: 'phone-1',
      nonceHex: toHex(NONCE),
      spkiHex: toHex(key.spki),
      csrHex: toHex(csr),
    },
    binding: bindings(csr),
    profileS: profileS(key),
    profileR: profileR(key),
    deepLinks: deepLinks(),
    paging: paging(),
    refusals: protocolRefusals(),
  };
}

function bindings(csr: Uint8Array) {
  const cases = [
    { name: 'Android: the key comes after the challenge', purpose: 'tls' },
    { name: 'Android: the second key', purpose: 'sign' },
    { name: 'iOS: bound to the certification request', purpose: 'tls', csr },
    { name: 'iOS: the second key', purpose: 'sign', csr },
  ];
  return cases.map(({ name, ...input }) => {
    const h = enrolmentBinding({ rpId: RP_ID, nonce: NONCE, ...input });
    return {
      name,
      rpId: RP_ID,
      purpose: input.purpose,
      nonceHex: toHex(NONCE),
      csrHex: input.csr === undefined ? null : toHex(input.csr),
      hHex: toHex(h),
      hBase64url: toBase64url(h),
    };
  });
}

function plainRequest(key: ProtocolTestKey): ProfileSInput {
  return {
    method: 'POST',
    authority: RP_ID,
    target: '/v1/orders?dry=1',
    keyId: keyId(key.spki),
    epoch: 1n,
    counter: 42n,
    timestampMs: 1767225600000n,
    contentType: 'application/json',
    body: utf8('{"amount":10}'),
  };
}

function profileS(key: ProtocolTestKey) {
  const plain = plainRequest(key);
  const large = 18446744073709551615n;
  const empty = { ...plain, method: 'GET', contentType: '', body: new Uint8Array() };
  const signed = (input: ProfileSInput): Uint8Array => utf8(profileSString(input));
  const cases = [
    { name: 'a JSON body', input: plain },
    { name: 'no body and no content type', input: empty },
    { name: 'the largest counter and epoch', input: { ...plain, epoch: large, counter: large } },
    {
      name: 'invalid: r and s of 32 bytes each instead of DER',
      input: plain,
      signature: key.signFixed(signed(plain)),
    },
    {
      name: 'invalid: a byte after the DER',
      input: plain,
      signature: concatBytes(key.sign(signed(plain)), Uint8Array.of(0)),
    },
    {
      name: 'invalid: signed over another counter',
      input: plain,
      signature: key.sign(signed({ ...plain, counter: 43n })),
    },
  ];
  return cases.map(({ name, input, signature }) => ({
    name,
    ...requestFields(input),
    string: profileSString(input),
    signature: toBase64url(signature ?? key.sign(signed(input))),
    valid: signature === undefined,
  }));
}

function profileR(key: ProtocolTestKey) {
  const plain = plainRequest(key);
  const large = 18446744073709551615n;
  const empty = { ...plain, method: 'GET', contentType: '', body: new Uint8Array() };
  const port = { ...plain, authority: 'Relying-Party.example:443', timestampMs: 1767225600999n };
  const other = baseOf({ ...plain, counter: 43n });
  const cases = [
    { name: 'a JSON body and a query', input: plain },
    { name: 'no query, no body and no content type', input: { ...empty, target: '/v1/orders' } },
    { name: 'an authority with capitals and the default port, and half a second', input: port },
    { name: 'another port, and spaces around the content type', input: spaced(plain) },
    { name: 'a question mark without query', input: { ...empty, target: '/?' } },
    { name: 'the largest counter and epoch', input: { ...plain, epoch: large, counter: large } },
    { name: 'an r of 31 bytes in DER', input: withShortR(key, plain) },
    { name: 'invalid: DER instead of r and s of 32 bytes each', input: plain, sign: key.sign },
    {
      name: 'invalid: signed over another counter',
      input: plain,
      sign: () => key.signFixed(other),
    },
  ];
  return cases.map(({ name, input, sign }) => ({
    name,
    ...requestFields(input),
    base: new TextDecoder().decode(baseOf(input)),
    // What a keystore gives for the base, before it is written as r and s.
    der: toBase64url(key.sign(baseOf(input))),
    headers: profileRHeaders(input, sign ?? key.signFixed),
    valid: sign === undefined,
  }));
}

function spaced(input: ProfileRInput): ProfileRInput {
  return { ...input, authority: `${RP_ID}:8443`, contentType: ' application/json\t' };
}

// One signature in 256 has it: an implementer who copies DER's numbers would notice too late.
function withShortR(key: ProtocolTestKey, plain: ProfileRInput): ProfileRInput {
  for (let counter = 1n; ; counter++) {
    const input = { ...plain, counter };
    const [first, second = 0] = key.signFixed(baseOf(input));
    if (first === 0 && second < 0x80) return input;
  }
}

function baseOf(input: ProfileRInput): Uint8Array {
  let base = new Uint8Array();
  profileRHeaders(input, (signed) => {
    base = new Uint8Array(signed);
    return base;
  });
  return base;
}

function requestFields(input: ProfileRInput) {
  return {
    method: input.method,
    authority: input.authority,
    target: input.target,
    keyId: input.keyId,
    epoch: input.epoch.toString(),
    counter: input.counter.toString(),
    timestampMs: input.timestampMs.toString(),
    contentType: input.contentType,
    bodyHex: toHex(input.body),
  };
}

function deepLinks() {
  const json = JSON.stringify({
    v: 1,
    id: REQUEST_ID,
    secret: toBase64url(exampleBytes('secret', 32)),
    command: 'facts',
    args: {},
  });
  const url = 'http://127.0.0.1:49152/one-time?part=a&b';
  return [
    { kind: 'inline', json, link: inlineLink(json) },
    { kind: 'url', url, id: REQUEST_ID, link: urlLink(url, REQUEST_ID) },
    {
      kind: 'refused',
      why: 'plain HTTP to another host',
      link: urlLink('http://192.0.2.1/a', REQUEST_ID),
    },
    { kind: 'refused', why: 'a URL without id', link: 'attestlab-probe://v1?u=https%3A%2F%2Fa' },
    { kind: 'refused', why: 'no base64url', link: 'attestlab-probe://v1?r=e30=' },
    { kind: 'refused', why: 'two parameters', link: `attestlab-probe://v1?r=e30&i=${REQUEST_ID}` },
    {
      kind: 'refused',
      why: 'one byte more than a link may have',
      link: `attestlab-probe://v1?r=${'A'.repeat(LIMITS.deepLinkBytes - 22)}`,
    },
    { kind: 'refused', why: 'another version', link: 'attestlab-probe://v2?r=e30' },
  ];
}

function paging() {
  const result = { signature: toBase64url(exampleBytes('long result', 3500)) };
  const answerJson = JSON.stringify({ v: 1, id: REQUEST_ID, ok: true, result, ms: 7 });
  const { state, pages } = pageAnswer(REQUEST_ID, answerJson);
  return { answerJson, state: JSON.stringify(state), pages };
}
