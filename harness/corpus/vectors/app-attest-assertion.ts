import { concatBytes, toHex } from '../../encoding/bytes.js';
import { encodeCbor } from '../../encoding/cbor.js';
import { parseAppAttestAssertion } from '../../evidence/app-attest/index.js';
import { FORMATS, LAB, type AppAttestAssertionExpected } from '../../verifier/index.js';
import { APP_ID, CLIENT_DATA_HASH } from '../minting/apple-app.js';
import { APPLE_KEYS, mintAssertion, u32, type AssertionChanges } from '../minting/app-attest.js';
import { draftsFor, lab, trustWith, type VectorDraft, type VectorFileDraft } from './draft.js';

type Draft = VectorDraft<'app-attest-assertion'>;

const GOOD: AppAttestAssertionExpected = {
  appIds: [APP_ID],
  publicKey: APPLE_KEYS.attested.point,
  clientDataHash: CLIENT_DATA_HASH,
  previousCounter: null,
};

const drafts = draftsFor<'app-attest-assertion'>({
  evidence: parseAppAttestAssertion(mintAssertion()),
  expected: GOOD,
});

function minted(changes: AssertionChanges) {
  return { evidence: parseAppAttestAssertion(mintAssertion(changes)) };
}

// Policy takes counters up to 4 below the highest, each of them once.
function windowed(...seenCounters: readonly number[]) {
  return { policy: 'window', expected: { ...GOOD, previousCounter: 9, seenCounters } };
}

const passing: readonly Draft[] = [
  drafts.passing('first', {
    description: 'the first assertion of a key',
    checks: FORMATS['app-attest-assertion'].checks.map(({ id }) => id),
  }),
  drafts.passing('past-sign-bit', {
    description: 'counter 2^31 after 2^31 - 1, which a signed reader takes for a step back',
    checks: ['app-attest-assertion/counter-increased'],
    ...minted({ counter: u32(0x8000_0000) }),
    expected: { ...GOOD, previousCounter: 0x7fff_ffff },
  }),
  drafts.passing('late-in-window', {
    description: 'counter 7 after 9 and 8, where policy has a window of 4',
    checks: ['app-attest-assertion/counter-increased'],
    ...minted({ counter: u32(7) }),
    ...windowed(8, 9),
  }),
];

const failures: readonly Draft[] = [
  drafts.soleFailure('app-attest-assertion/well-formed', {
    ...{ slug: 'byte-after', description: 'a byte follows the object' },
    evidence: parseAppAttestAssertion(concatBytes(mintAssertion(), Uint8Array.of(0))),
  }),
  drafts.soleFailure('app-attest-assertion/signature-encoding-allowed', {
    ...{ slug: 'byte-after-signature', description: 'a byte follows the signature' },
    ...minted({ signature: (signature) => concatBytes(signature, Uint8Array.of(0)) }),
  }),
  drafts.soleFailure('app-attest-assertion/signature-verifies', {
    ...{ slug: 'other-key', description: 'another key signed' },
    ...minted({ by: APPLE_KEYS.other }),
  }),
  drafts.soleFailure('app-attest-assertion/app-matches', {
    ...{ slug: 'other-app', description: 'the assertion is of another app' },
    ...minted({ appId: `${APP_ID}.other` }),
  }),
  drafts.soleFailure('app-attest-assertion/counter-increased', {
    ...{ slug: 'same-again', description: 'the counter is the one that was accepted last' },
    expected: { ...GOOD, previousCounter: 1 },
  }),
  drafts.soleFailure('app-attest-assertion/counter-increased', {
    ...{ slug: 'late', description: 'counter 7 after 9, where policy has no window' },
    ...minted({ counter: u32(7) }),
    ...{ ...windowed(8, 9), policy: 'lab' },
  }),
  drafts.soleFailure('app-attest-assertion/counter-increased', {
    ...{ slug: 'again-in-window', description: 'counter 8 again, in a window of 4 below 9' },
    ...minted({ counter: u32(8) }),
    ...windowed(8, 9),
  }),
  drafts.soleFailure('app-attest-assertion/counter-increased', {
    ...{ slug: 'below-window', description: 'counter 4, below a window of 4 below 9' },
    ...minted({ counter: u32(4) }),
    ...windowed(8, 9),
  }),
];

const malformed: readonly Draft[] = [
  drafts.malformed('no-map', {
    description: 'the object is a text',
    checks: ['app-attest-assertion/well-formed'],
    failed: ['app-attest-assertion/well-formed'],
    evidence: parseAppAttestAssertion(encodeCbor(toHex(CLIENT_DATA_HASH))),
  }),
  drafts.malformed('signature-text', {
    description: 'the signature is a text',
    checks: ['app-attest-assertion/signature-encoding-allowed'],
    failed: ['app-attest-assertion/well-formed'],
    ...minted({ signature: toHex }),
  }),
  drafts.malformed('signature-pair', {
    description: '64 bytes for a signature, as if r and s stood side by side',
    checks: ['app-attest-assertion/signature-verifies'],
    failed: ['app-attest-assertion/signature-encoding-allowed'],
    ...minted({ signature: () => new Uint8Array(64).fill(1) }),
  }),
  drafts.malformed('data-36-bytes', {
    description: 'authenticator data of 36 bytes, in the middle of the counter',
    checks: ['app-attest-assertion/app-matches', 'app-attest-assertion/counter-increased'],
    failed: ['app-attest-assertion/well-formed'],
    ...minted({ counter: Uint8Array.of(0, 0, 0) }),
  }),
];

/** The vectors of App Attest assertions. */
export function assertionVectors(): VectorFileDraft<'app-attest-assertion'> {
  return {
    format: 'app-attest-assertion',
    description: 'App Attest assertions: CBOR objects as the app hands them in',
    policies: {
      lab: LAB,
      window: lab('window', { appAttest: { ...LAB.appAttest, counterMode: { window: 4 } } }),
    },
    trust: { trusted: trustWith({}) },
    vectors: [...passing, ...failures, ...malformed],
  };
}
