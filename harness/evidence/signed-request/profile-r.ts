import { serializeItem, type InnerList } from 'structured-headers';
import { fromBase64url } from '../../encoding/bytes.js';
import { MalformedInput } from '../../encoding/parsed.js';
import { parseU64 } from '../formats/index.js';
import { readContentDigest } from './content-digest.js';
import { headerValues, type SignedHttpRequest } from './http-request.js';
import { isInnerList, readDictionary, signatureBase } from './signature-base.js';
import type { SignedRequest } from './signed-request.js';

/** What profile R fixes of RFC 9421. */
export const PROFILE_R = {
  algorithm: 'ecdsa-p256-sha256',
  tag: 'attestlab',
  /** A request that has a Content-Type covers that too. */
  components: ['@method', '@authority', '@path', '@query', 'content-digest'],
} as const;

/** The parameters that a signature of profile R has; `expires` alone may be left out. */
const PARAMETERS: readonly string[] = ['created', 'expires', 'keyid', 'alg', 'nonce', 'tag'];
const MS = 1000n;
const KEY_ID_BYTES = 32;

/** Whether a request is signed as RFC 9421 has it. */
export function isSignedByRfc9421(request: SignedHttpRequest): boolean {
  return ['signature-input', 'signature'].some((name) => headerValues(request, name).length > 0);
}

/** Reads a request as profile R wants it; whether algorithm and components will do are checks. */
export function readProfileR(request: SignedHttpRequest): SignedRequest {
  const [label, input] = ownSignature(request);
  const [components, parameters] = input;
  for (const name of parameters.keys()) {
    if (!PARAMETERS.includes(name)) malformed(`the signature has a parameter ${name}`);
  }
  const keyId = text(input, 'keyid');
  if (fromBase64url(keyId)?.length !== KEY_ID_BYTES) {
    malformed(`keyid is not the base64url of ${KEY_ID_BYTES} bytes`);
  }
  const [epoch, counter, ...more] = text(input, 'nonce').split(':').map(parseU64);
  if (typeof epoch !== 'bigint' || typeof counter !== 'bigint' || more.length > 0) {
    malformed('nonce is not epoch:counter, two unsigned 64-bit decimals');
  }
  const covered = components.map((component) => serializeItem(component));
  const contentTypes = headerValues(request, 'content-type');
  const contentDigests = headerValues(request, 'content-digest');
  if (contentTypes.length > 1) malformed('header content-type is there more than once');
  if (contentDigests.length > 1) malformed('header content-digest is there more than once');
  const [contentType] = contentTypes;
  const [contentDigest] = contentDigests;
  const wanted = [
    ...PROFILE_R.components,
    ...(contentType === undefined ? [] : ['content-type']),
  ].filter((name) => !covered.includes(`"${name}"`));
  return {
    profile: 'R',
    keyId,
    epoch,
    counter,
    contentType: contentType ?? '',
    form: 'ecdsa',
    timestampMs: seconds(input, 'created') * MS,
    expiresAtMs: parameters.has('expires') ? seconds(input, 'expires') * MS : null,
    algorithm: text(input, 'alg'),
    missingComponents: wanted,
    signature: signatureBytes(request, label),
    assertion: null,
    signedText: signatureBase(request, input),
    contentDigest: contentDigest === undefined ? null : readContentDigest(contentDigest),
  };
}

// RFC 9421, 3.2: others may sign the message too; which signature is ours says its tag.
function ownSignature(request: SignedHttpRequest): readonly [label: string, input: InnerList] {
  const inputs = [...readDictionary(request.headers, 'signature-input')];
  const tagged = inputs.flatMap(([label, member]) => {
    if (!isInnerList(member)) malformed(`signature-input ${label} is no list of components`);
    return member[1].get('tag') === PROFILE_R.tag ? [[label, member] as const] : [];
  });
  const [own, ...more] = tagged;
  if (own === undefined || more.length > 0) {
    malformed(`${tagged.length} signatures have the tag ${PROFILE_R.tag}, not one`);
  }
  return own;
}

function signatureBytes(request: SignedHttpRequest, label: string): Uint8Array {
  const member = readDictionary(request.headers, 'signature').get(label);
  const value: unknown = member === undefined || isInnerList(member) ? null : member[0];
  if (!(value instanceof ArrayBuffer)) malformed(`signature ${label} is no byte sequence`);
  return new Uint8Array(value);
}

function text([, parameters]: InnerList, name: string): string {
  const value: unknown = parameters.get(name);
  if (typeof value !== 'string') malformed(`parameter ${name} is no string, or missing`);
  return value;
}

function seconds([, parameters]: InnerList, name: string): bigint {
  const value: unknown = parameters.get(name);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    malformed(`parameter ${name} is no number of seconds, or missing`);
  }
  return BigInt(value);
}

function malformed(message: string): never {
  throw new MalformedInput(message, 0);
}
