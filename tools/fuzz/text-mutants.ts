import { mintAssertion, u32 } from '../../harness/corpus/minting/app-attest.js';
import { encrypted, mintToken } from '../../harness/corpus/minting/play-integrity.js';
import { testKey } from '../../harness/corpus/minting/test-key.js';
import { utf8, utf8Text } from '../../harness/encoding/bytes.js';
import {
  playIntegrityPayload,
  playIntegrityToken,
  type PlayIntegrityEvidence,
} from '../../harness/evidence/play-integrity/index.js';
import {
  parseSignedRequest,
  profileSAssertionHeaders,
  profileSClientDataHash,
  profileSHeaders,
  type SignedHttpRequest,
  type SignedRequestEvidence,
} from '../../harness/evidence/signed-request/index.js';
import type { Random } from './random.js';
import { mutateBytes } from './tree.js';

interface How {
  readonly resigned: boolean;
  readonly random: Random;
}

const NUMBERS = [0n, 1n, 41n, 42n, 43n, 2n ** 53n, 2n ** 64n - 1n];
const VALUES = [
  null,
  0,
  -1,
  '',
  [],
  {},
  true,
  'LEVEL_4',
  'x'.repeat(70_000),
  '18446744073709551616',
];

/** A request with a part of it changed; `resigned` as profile S wants. */
export function mutatedRequest(
  { request, parsed }: SignedRequestEvidence,
  { resigned, random }: How,
): SignedRequestEvidence {
  if (!resigned || !parsed.ok) return parseSignedRequest(spoiltRequest(request, random));
  const { keyId, contentType, epoch, counter, timestampMs, form } = parsed.value;
  const number = (value: bigint): bigint => (random.below(3) === 0 ? random.pick(NUMBERS) : value);
  const { method, authority, target } = request;
  const body = random.below(2) === 0 ? mutateBytes(request.body, random) : request.body;
  const signed = {
    ...{ method, authority, target, keyId, contentType, body },
    ...{ epoch: number(epoch), counter: number(counter), timestampMs: number(timestampMs) },
  };
  const headers =
    form === 'ecdsa'
      ? profileSHeaders(signed, (data) => testKey('signing').sign(data))
      : profileSAssertionHeaders(
          signed,
          mintAssertion({
            clientDataHash: profileSClientDataHash(signed),
            counter: u32(random.below(16)),
          }),
        );
  return parseSignedRequest({
    ...request,
    body,
    headers: [...headers, ['content-type', contentType]],
  });
}

function spoiltRequest(request: SignedHttpRequest, random: Random): SignedHttpRequest {
  const at = random.below(request.headers.length);
  const edited = request.headers.map(([name, value], index): readonly [string, string] => {
    if (index !== at) return [name, value];
    return random.below(4) === 0
      ? [spoiltText(name, random), value]
      : [name, spoiltText(value, random)];
  });
  switch (random.below(6)) {
    case 0:
      return { ...request, method: spoiltText(request.method, random) };
    case 1:
      return { ...request, target: spoiltText(request.target, random) };
    case 2:
      return { ...request, body: mutateBytes(request.body, random) };
    case 3:
      return { ...request, headers: [...request.headers, random.pick(request.headers)] };
    default:
      return { ...request, headers: edited };
  }
}

/** A verdict with a value of another type, or with its envelope spoilt. */
export function mutatedVerdict(
  { form, text }: PlayIntegrityEvidence,
  { resigned, random }: How,
): { readonly evidence: PlayIntegrityEvidence; readonly resigned: boolean } {
  if (form === 'decoded-payload') {
    // Nobody signed the text; what it says is what counts.
    return { evidence: playIntegrityPayload(spoiltJson(text, random)), resigned: true };
  }
  if (!resigned) return { evidence: playIntegrityToken(spoiltText(text, random)), resigned };
  const payload = spoiltJson(VERDICT, random);
  const token = random.below(8) === 0 ? encrypted(payload) : mintToken(payload);
  return { evidence: playIntegrityToken(token), resigned };
}

/** A verdict of every field that is read, to start from. */
const VERDICT = JSON.stringify({
  requestDetails: { requestPackageName: 'a', nonce: 'b', timestampMillis: '1780271995000' },
  appIntegrity: {
    ...{ appRecognitionVerdict: 'PLAY_RECOGNIZED', packageName: 'a' },
    certificateSha256Digest: ['c'],
  },
  deviceIntegrity: {
    deviceRecognitionVerdict: ['MEETS_DEVICE_INTEGRITY'],
    recentDeviceActivity: { deviceActivityLevel: 'LEVEL_1' },
  },
  accountDetails: { appLicensingVerdict: 'LICENSED' },
  environmentDetails: {
    playProtectVerdict: 'NO_ISSUES',
    appAccessRiskVerdict: { appsDetected: ['UNKNOWN_CAPTURING'] },
  },
  testingDetails: { isTestingResponse: true },
});

function spoiltJson(text: string, random: Random): string {
  if (random.below(3) === 0) return spoiltText(text, random);
  const values = [...text.matchAll(/:("[^"]*"|\[[^\]]*\]|true|false|null|\d+)/g)];
  if (values.length === 0) return spoiltText(text, random);
  const { index, 1: value = '' } = random.pick(values);
  const before = text.slice(0, index + 1);
  return before + JSON.stringify(random.pick(VALUES)) + text.slice(index + 1 + value.length);
}

function spoiltText(text: string, random: Random): string {
  return utf8Text(mutateBytes(utf8(text), random)) ?? `${text}\u0000`;
}
