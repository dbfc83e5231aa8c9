import { fromBase64url } from '../../encoding/bytes.js';
import { MalformedInput, parsing, type Parsed } from '../../encoding/parsed.js';
import { parseAppAttestAssertion, type AppAttestAssertion } from '../app-attest/index.js';
import {
  parseU64,
  PROFILE_S_HEADERS,
  profileSString,
  SIGNATURE_FORM_HEADER,
  type SignatureForm,
} from '../formats/index.js';
import { readContentDigest } from './content-digest.js';
import { headerValues, type SignedHttpRequest } from './http-request.js';
import { isSignedByRfc9421, readProfileR } from './profile-r.js';

/** What a request says that is signed with profile S or R. */
export interface SignedRequest {
  readonly profile: SigningProfile;
  readonly keyId: string;
  readonly epoch: bigint;
  readonly counter: bigint;
  readonly timestampMs: bigint;
  /** The content-type header, or empty. */
  readonly contentType: string;
  /** Until when its sender wants it taken; null where he does not say. */
  readonly expiresAtMs: bigint | null;
  /** The signature algorithm that the request names; null in profile S, which has one. */
  readonly algorithm: string | null;
  /** What the profile wants signed and the signature does not cover. */
  readonly missingComponents: readonly string[];
  /** The form that the request names; whether it is the key's is a check of its own. */
  readonly form: SignatureForm;
  /** The signature's bytes as sent; whether they are of their form is a check of its own. */
  readonly signature: Uint8Array;
  /** What the signature's bytes hold where their form is that of App Attest; null in the other form. */
  readonly assertion: Parsed<AppAttestAssertion> | null;
  /** The text that the signature must be over, built from the request itself. */
  readonly signedText: string;
  /** What a Content-Digest header states, where one was sent. */
  readonly contentDigest: Uint8Array | null;
}

/** How a request is signed: the article's own headers, or RFC 9421. */
export type SigningProfile = 'S' | 'R';

/** A signed request as evidence of which key sent it. */
export interface SignedRequestEvidence {
  readonly format: 'signed-request';
  readonly request: SignedHttpRequest;
  readonly parsed: Parsed<SignedRequest>;
}

// RFC 9110, 5.6.2.
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VISIBLE = /^[\x21-\x7e]+$/;
// RFC 9110, 5.5: a field's value holds visible characters, spaces, tabs and obs-text.
const FIELD_VALUE = /^[\x20-\x7e\t\x80-\xff]*$/;

const MAX_FIELD_CHARACTERS = 8192;
const KEY_ID_BYTES = 32;

/** Parses a request as its profile wants it: each header once, each number in its one form. */
export function parseSignedRequest(request: SignedHttpRequest): SignedRequestEvidence {
  return { format: 'signed-request', request, parsed: parsing(() => readSigned(request)) };
}

function readSigned(request: SignedHttpRequest): SignedRequest {
  assertShape(request);
  if (!isSignedByRfc9421(request)) return readProfileS(request);
  // Two readers would each take another of two signatures.
  const other = Object.values(PROFILE_S_HEADERS).find(
    (name) => headerValues(request, name).length > 0,
  );
  if (other !== undefined) malformed(`the request is signed with profile R and has ${other}`);
  return readProfileR(request);
}

function readProfileS(request: SignedHttpRequest): SignedRequest {
  const keyId = oneHeader(request, PROFILE_S_HEADERS.keyId);
  if (fromBase64url(keyId)?.length !== KEY_ID_BYTES) {
    malformed(`${PROFILE_S_HEADERS.keyId} is not the base64url of ${KEY_ID_BYTES} bytes`);
  }
  const epoch = numberHeader(request, PROFILE_S_HEADERS.epoch);
  const counter = numberHeader(request, PROFILE_S_HEADERS.counter);
  const timestampMs = numberHeader(request, PROFILE_S_HEADERS.timestamp);
  const signature = fromBase64url(oneHeader(request, PROFILE_S_HEADERS.signature));
  if (signature === null) malformed(`${PROFILE_S_HEADERS.signature} is not base64url`);
  const form = signatureForm(request);
  const contentType = optionalHeader(request, 'content-type') ?? '';
  const digest = optionalHeader(request, 'content-digest');
  const { method, authority, target, body } = request;
  const signed = {
    method,
    authority,
    target,
    keyId,
    epoch,
    counter,
    timestampMs,
    contentType,
    body,
  };
  // One plain literal: it is made for each request, and spreading others into it takes as long as all
  // that is read above.
  return {
    profile: 'S',
    expiresAtMs: null,
    algorithm: null,
    missingComponents: [],
    keyId,
    epoch,
    counter,
    timestampMs,
    contentType,
    form,
    signature,
    assertion: form === 'app-attest' ? parseAppAttestAssertion(signature).parsed : null,
    signedText: profileSString(signed),
    contentDigest: digest === null ? null : readContentDigest(digest),
  };
}

function assertShape(request: SignedHttpRequest): void {
  if (!TOKEN.test(request.method)) malformed('the method is no token');
  if (!VISIBLE.test(request.authority)) malformed('the authority is empty or holds spaces');
  if (!VISIBLE.test(request.target)) malformed('the target is empty or holds spaces');
  for (const [name, value] of request.headers) {
    if (!TOKEN.test(name)) malformed('the name of a header is no token');
    if (!FIELD_VALUE.test(value) || value.length > MAX_FIELD_CHARACTERS) {
      malformed(`the value of header ${name.toLowerCase()} is not allowed`);
    }
  }
}

// One spelling for each form: the usual one is said by leaving the header out.
function signatureForm(request: SignedHttpRequest): SignatureForm {
  const named = optionalHeader(request, SIGNATURE_FORM_HEADER);
  if (named === null) return 'ecdsa';
  if (named !== 'app-attest') malformed(`${SIGNATURE_FORM_HEADER} is not app-attest`);
  return named;
}

function numberHeader(request: SignedHttpRequest, name: string): bigint {
  const value = parseU64(oneHeader(request, name));
  if (value === null) malformed(`${name} is not an unsigned 64-bit decimal`);
  return value;
}

function oneHeader(request: SignedHttpRequest, name: string): string {
  const value = optionalHeader(request, name);
  if (value === null) malformed(`header ${name} is missing`);
  return value;
}

// A header that is sent twice lets two readers see two requests.
function optionalHeader(request: SignedHttpRequest, name: string): string | null {
  const [value, ...more] = headerValues(request, name);
  if (more.length > 0) malformed(`header ${name} is there ${more.length + 1} times`);
  return value ?? null;
}

// Headers are no byte string with offsets; the message names the header instead.
function malformed(message: string): never {
  throw new MalformedInput(message, 0);
}
