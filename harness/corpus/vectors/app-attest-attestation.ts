import { toHex } from '../../encoding/bytes.js';
import { concatBytes } from '../../encoding/bytes.js';
import { encodeCbor } from '../../encoding/cbor.js';
import { EXTENSION_OID } from '../../encoding/certificate-builder.js';
import { der } from '../../encoding/der-writer.js';
import { flipBit, putTogether, takeApart } from '../../attacks/edit-der.js';
import { parseAppAttestAttestation } from '../../evidence/app-attest/index.js';
import {
  FORMATS,
  LAB,
  type AppAttestAttestationExpected,
  type CheckId,
} from '../../verifier/index.js';
import { APP_ID, CLIENT_DATA_HASH } from '../minting/apple-app.js';
import {
  APPLE_INTERMEDIATE,
  APPLE_KEYS,
  APPLE_NO_AUTHORITY,
  APPLE_ROOT,
  authorityWith,
  keyIdOf,
  mintAttestation,
  nonceExtension,
  u32,
  type AttestationChanges,
} from '../minting/app-attest.js';
import { NOW } from '../minting/certificate.js';
import { mintReceipt, RECEIPT_ROOT, RECEIPT_SIGNERS } from '../minting/receipt.js';
import { resigned, TBS } from '../minting/respoil.js';
import { testKey } from '../minting/test-key.js';
import {
  draftsFor,
  lab,
  statedAnchor,
  trustWith,
  type VectorDraft,
  type VectorFileDraft,
} from './draft.js';

type Draft = VectorDraft<'app-attest-attestation'>;

const GOOD: AppAttestAttestationExpected = {
  appIds: [APP_ID],
  keyId: keyIdOf(APPLE_KEYS.attested),
  clientDataHash: CLIENT_DATA_HASH,
};
const OTHER_ID = keyIdOf(APPLE_KEYS.other);

const drafts = draftsFor<'app-attest-attestation'>({
  evidence: parseAppAttestAttestation(mintAttestation()),
  expected: GOOD,
});

function minted(changes: AttestationChanges) {
  return { evidence: parseAppAttestAttestation(mintAttestation(changes)) };
}

// What iOS 27 appends: WebAuthn extensions, category 4 being the App Store.
function category(bytes: Uint8Array): Uint8Array {
  return encodeCbor(new Map([['apple_validation_category_01', bytes]]));
}

const appStore = { expected: { ...GOOD, validationCategories: [4] } };

const passing: readonly Draft[] = [
  drafts.passing('production', {
    description: 'an attestation of a build in production, from iOS 27',
    checks: FORMATS['app-attest-attestation'].checks.map(({ id }) => id),
    ...minted({ tail: category(Uint8Array.of(4, 0, 0, 0)) }),
    ...appStore,
  }),
  drafts.passing('development', {
    description: 'an attestation of a build in development, before iOS 27',
    checks: ['app-attest/environment-allowed'],
    ...minted({ aaguid: 'appattestdevelop' }),
  }),
];

const chainFailures: readonly Draft[] = [
  drafts.soleFailure('app-attest/well-formed', {
    ...{ slug: 'byte-after', description: 'a byte follows the object' },
    evidence: parseAppAttestAttestation(concatBytes(mintAttestation(), Uint8Array.of(0))),
  }),
  drafts.soleFailure('app-attest/chain-long-enough', {
    ...{ slug: 'under-root', description: 'the root issued the credential, with nothing between' },
    ...minted({ issuer: APPLE_ROOT, issuers: [] }),
  }),
  drafts.soleFailure('app-attest/names-chain', {
    ...{ slug: 'other-issuer-name', description: 'the credential names another issuer' },
    ...minted({ issuer: { ...APPLE_INTERMEDIATE, name: 'somebody else' } }),
  }),
  drafts.soleFailure('app-attest/issuers-are-authorities', {
    ...{ slug: 'end-certificate', description: 'the issuer’s certificate makes it no authority' },
    ...minted({ issuer: APPLE_NO_AUTHORITY }),
  }),
  drafts.soleFailure('app-attest/signatures-verify', {
    ...{ slug: 'other-key', description: 'another key than the issuer’s signed the credential' },
    ...minted({ issuer: { ...APPLE_INTERMEDIATE, key: testKey('apple forger', 'P-384') } }),
  }),
  drafts.soleFailure('app-attest/anchor-trusted', {
    ...{ slug: 'no-anchors', description: 'nobody trusts the root' },
    trust: 'no-anchors',
  }),
  drafts.soleFailure('app-attest/already-valid', {
    ...{ slug: 'a-second-early', description: 'the credential becomes valid in a second' },
    ...minted({ notBeforeMs: NOW.getTime() + 1000 }),
  }),
  drafts.soleFailure('app-attest/not-expired', {
    ...{ slug: 'a-second-late', description: 'the credential expired a second ago' },
    ...minted({ notAfterMs: NOW.getTime() - 1000 }),
  }),
];

const bindingFailures: readonly Draft[] = [
  drafts.soleFailure('app-attest/nonce-matches', {
    ...{ slug: 'last-bit', description: 'the client data hash differs in its last bit' },
    expected: { ...GOOD, clientDataHash: flipBit(CLIENT_DATA_HASH, -1) },
  }),
  drafts.soleFailure('app-attest/key-id-matches', {
    ...{ slug: 'other-credential-id', description: 'credential id and key id are another key’s' },
    ...minted({ credentialId: OTHER_ID }),
    expected: { ...GOOD, keyId: OTHER_ID },
  }),
  drafts.soleFailure('app-attest/credential-id-matches', {
    ...{ slug: 'other-key', description: 'the credential id is another key’s' },
    ...minted({ credentialId: OTHER_ID }),
  }),
  drafts.soleFailure('app-attest/credential-key-matches', {
    ...{ slug: 'other-key', description: 'the COSE key is one that nobody certified' },
    ...minted({ coseKeyOf: APPLE_KEYS.other }),
  }),
  drafts.soleFailure('app-attest/app-matches', {
    ...{ slug: 'one-letter-more', description: 'the app id is longer by a letter' },
    ...{ expected: { ...GOOD, appIds: [`${APP_ID}x`, APP_ID] } },
    ...minted({ appId: `${APP_ID}xx` }),
  }),
  drafts.soleFailure('app-attest/counter-is-zero', {
    ...{ slug: 'sign-bit', description: 'the counter is 2^31, below zero to a signed reader' },
    ...minted({ counter: u32(0x8000_0000) }),
  }),
  drafts.soleFailure('app-attest/environment-allowed', {
    ...{ slug: 'development', description: 'a development build where policy wants production' },
    ...minted({ aaguid: 'appattestdevelop' }),
    policy: 'production',
  }),
  drafts.soleFailure('app-attest/validation-category-allowed', {
    ...{ slug: 'development', description: 'category 3, development, where 4 is expected' },
    ...minted({ tail: category(Uint8Array.of(3, 0, 0, 0)) }),
    ...appStore,
  }),
  drafts.soleFailure('app-attest/receipt-verifies', {
    ...{ slug: 'unmarked-signer', description: 'the receipt’s signer is no signer of receipts' },
    ...minted({
      receipt: (certificate) => mintReceipt({ certificate, signer: RECEIPT_SIGNERS.unmarked }),
    }),
  }),
  drafts.soleFailure('app-attest/receipt-belongs', {
    ...{ slug: 'other-certificate', description: 'the receipt is for another certificate' },
    ...minted({ receipt: () => mintReceipt({ certificate: APPLE_ROOT.certificate }) }),
  }),
];

const oddAuthority = authorityWith('odd', [
  { oid: EXTENSION_OID.basicConstraints, value: der.integer(1) },
]);

const malformed: readonly Draft[] = [
  broken('no-map', ['well-formed'], {
    description: 'the object is a text',
    evidence: parseAppAttestAttestation(encodeCbor(toHex(CLIENT_DATA_HASH))),
  }),
  broken('x5c-empty', ['chain-long-enough'], {
    description: 'x5c is empty',
    ...minted({ x5c: () => [] }),
  }),
  broken('issuer-number', ['names-chain', 'anchor-trusted'], {
    description: 'the intermediate is a number',
    ...minted({ issuers: [der.integer(1)] }),
  }),
  drafts.malformed('constraints-number', {
    description: 'basicConstraints of the intermediate are a number',
    checks: ['app-attest/issuers-are-authorities'],
    failed: ['app-attest/issuers-are-authorities'],
    ...minted({ issuer: oddAuthority }),
  }),
  broken('signature-no-bits', ['signatures-verify'], {
    description: 'the signature on the credential is a number',
    ...minted({
      x5c: onCredential((one) => putTogether({ ...takeApart(one), signature: der.integer(1) })),
    }),
  }),
  broken('dates-no-times', ['already-valid', 'not-expired'], {
    description: 'the credential is valid from 0 to 1',
    ...minted({
      x5c: onCredential((one) =>
        withPart(one, TBS.validity, der.sequence(der.integer(0), der.integer(1))),
      ),
    }),
  }),
  drafts.malformed('nonce-number', {
    description: 'the nonce is a number',
    checks: ['app-attest/nonce-matches'],
    failed: ['app-attest/nonce-matches'],
    ...minted({ extensions: [nonceExtension(der.integer(1))] }),
  }),
  broken('key-number', ['key-id-matches'], {
    description: 'the credential certifies a number',
    ...minted({ x5c: onCredential((one) => withPart(one, TBS.spki, der.integer(1))) }),
  }),
  broken('data-20-bytes', ['app-matches'], {
    description: 'authenticator data of 20 bytes, less than the RP id hash',
    ...minted({ authData: (data) => data.subarray(0, 20) }),
  }),
  broken('data-35-bytes', ['counter-is-zero'], {
    description: 'authenticator data of 35 bytes, in the middle of the counter',
    ...minted({ authData: (data) => data.subarray(0, 35) }),
  }),
  broken('data-45-bytes', ['environment-allowed'], {
    description: 'authenticator data of 45 bytes, in the middle of the AAGUID',
    ...minted({ authData: (data) => data.subarray(0, 45) }),
  }),
  broken('data-60-bytes', ['credential-id-matches'], {
    description: 'authenticator data of 60 bytes, in the middle of the credential id',
    ...minted({ authData: (data) => data.subarray(0, 60) }),
  }),
  broken('data-short', ['credential-key-matches'], {
    description: 'authenticator data that ends a byte before the end of the COSE key',
    ...minted({ authData: (data) => data.subarray(0, -1) }),
  }),
  drafts.malformed('category-3-bytes', {
    description: 'a validation category of three bytes',
    checks: ['app-attest/validation-category-allowed'],
    failed: ['app-attest/validation-category-allowed'],
    ...minted({ tail: category(Uint8Array.of(4, 0, 0)) }),
    ...appStore,
  }),
  drafts.malformed('receipt-number', {
    description: 'the receipt is a number',
    checks: ['app-attest/receipt-verifies', 'app-attest/receipt-belongs'],
    failed: ['app-attest/receipt-verifies'],
    ...minted({ receipt: () => der.integer(1) }),
  }),
];

type Name = CheckId extends infer Id ? (Id extends `app-attest/${infer N}` ? N : never) : never;

function broken(
  slug: string,
  names: readonly Name[],
  what: Pick<Draft, 'description' | 'evidence'>,
): Draft {
  const checks = names.map((name): CheckId => `app-attest/${name}`);
  return drafts.malformed(slug, { ...what, checks, failed: ['app-attest/well-formed'] });
}

function onCredential(change: (credential: Uint8Array) => Uint8Array) {
  return ([credential = new Uint8Array(), ...issuers]: readonly Uint8Array[]) => [
    change(credential),
    ...issuers,
  ];
}

function withPart(credential: Uint8Array, at: number, part: Uint8Array): Uint8Array {
  return resigned(credential, { at, part, by: APPLE_INTERMEDIATE.key });
}

/** The vectors of App Attest attestations. */
export function attestationVectors(): VectorFileDraft<'app-attest-attestation'> {
  const receipts = [statedAnchor('corpus receipt root', RECEIPT_ROOT)];
  const appAttest = [statedAnchor('corpus App Attest root', APPLE_ROOT.certificate)];
  return {
    format: 'app-attest-attestation',
    description: 'App Attest attestations: CBOR objects as the app hands them in',
    policies: {
      lab: LAB,
      production: lab('production', {
        appAttest: { ...LAB.appAttest, environments: ['production'] },
      }),
    },
    trust: { trusted: trustWith({ appAttest, receipts }), 'no-anchors': trustWith({ receipts }) },
    vectors: [...passing, ...chainFailures, ...bindingFailures, ...malformed],
  };
}
