import { concatBytes } from '../../encoding/bytes.js';
import { der } from '../../encoding/der-writer.js';
import { parseAppAttestReceipt } from '../../evidence/app-attest/index.js';
import { FORMATS, LAB, type AppAttestReceiptExpected } from '../../verifier/index.js';
import { APP_ID } from '../minting/apple-app.js';
import { APPLE_KEYS } from '../minting/app-attest.js';
import {
  mintCredential,
  mintReceipt,
  RECEIPT_ROOT,
  RECEIPT_SIGNERS,
  type ReceiptChanges,
} from '../minting/receipt.js';
import {
  draftsFor,
  statedAnchor,
  trustWith,
  type VectorDraft,
  type VectorFileDraft,
} from './draft.js';

type Draft = VectorDraft<'app-attest-receipt'>;

const GOOD: AppAttestReceiptExpected = {
  appIds: [APP_ID],
  publicKey: APPLE_KEYS.attested.point,
};

const good = { certificate: mintCredential(APPLE_KEYS.attested) };
const drafts = draftsFor<'app-attest-receipt'>({
  evidence: parseAppAttestReceipt(mintReceipt(good)),
  expected: GOOD,
});

function minted(changes: Partial<ReceiptChanges>) {
  return { evidence: parseAppAttestReceipt(mintReceipt({ ...good, ...changes })) };
}

const passing: readonly Draft[] = [
  drafts.passing('a-minute-old', {
    description: 'a receipt of a minute ago',
    checks: FORMATS['app-attest-receipt'].checks.map(({ id }) => id),
    expected: { ...GOOD, maxAgeSeconds: 60 },
  }),
];

const failures: readonly Draft[] = [
  drafts.soleFailure('app-attest-receipt/well-formed', {
    ...{ slug: 'byte-after', description: 'a byte follows the receipt' },
    evidence: parseAppAttestReceipt(concatBytes(mintReceipt(good), Uint8Array.of(0))),
  }),
  drafts.soleFailure('app-attest-receipt/signature-verifies', {
    ...{ slug: 'other-key', description: 'another key than the signer’s signed' },
    ...minted({ signer: { ...RECEIPT_SIGNERS.good, key: RECEIPT_SIGNERS.unmarked.key } }),
  }),
  drafts.soleFailure('app-attest-receipt/signer-marked', {
    ...{ slug: 'unmarked', description: 'the signer is certified for something else' },
    ...minted({ signer: RECEIPT_SIGNERS.unmarked }),
  }),
  drafts.soleFailure('app-attest-receipt/signer-trusted', {
    ...{ slug: 'other-root', description: 'the signer stands under another root' },
    ...minted({ signer: RECEIPT_SIGNERS.stranger }),
  }),
  drafts.soleFailure('app-attest-receipt/signer-valid', {
    ...{ slug: 'before-signer', description: 'the receipt is older than its signer’s certificate' },
    ...minted({ createdAt: '2025-12-31T23:59:59Z' }),
  }),
  drafts.soleFailure('app-attest-receipt/app-matches', {
    ...{ slug: 'other-app', description: 'the receipt is for another app' },
    ...minted({ appId: `${APP_ID}.other` }),
  }),
  drafts.soleFailure('app-attest-receipt/key-matches', {
    ...{ slug: 'other-key', description: 'the receipt is for another key' },
    ...minted({ certificate: mintCredential(APPLE_KEYS.other) }),
  }),
  drafts.soleFailure('app-attest-receipt/not-too-old', {
    ...{ slug: 'a-second-late', description: 'the receipt is older by a second than expected' },
    expected: { ...GOOD, maxAgeSeconds: 59 },
  }),
  drafts.soleFailure('app-attest-receipt/not-from-future', {
    ...{ slug: 'ten-minutes', description: 'the receipt was made in ten minutes' },
    ...minted({ createdAt: '2026-06-01T00:10:00Z' }),
  }),
];

const malformed: readonly Draft[] = [
  broken('number', ['app-attest-receipt/well-formed'], {
    description: 'the receipt is a number',
    evidence: parseAppAttestReceipt(der.integer(1)),
  }),
  drafts.malformed('signature-3-bytes', {
    description: 'a signature of three bytes',
    checks: ['app-attest-receipt/signature-verifies'],
    failed: ['app-attest-receipt/signature-verifies'],
    ...minted({ signature: () => Uint8Array.of(1, 2, 3) }),
  }),
  broken(
    'signer-number',
    [
      'app-attest-receipt/signer-marked',
      'app-attest-receipt/signer-trusted',
      'app-attest-receipt/signer-valid',
    ],
    {
      description: 'the signer’s certificate is a number',
      ...minted({ certificates: [der.integer(1)] }),
    },
  ),
  broken('no-app-id', ['app-attest-receipt/app-matches'], {
    description: 'field 2, the app id, is not there',
    ...minted({ without: 2 }),
  }),
  broken('certificate-number', ['app-attest-receipt/key-matches'], {
    description: 'field 3, the certificate, is a number',
    ...minted({ certificate: der.integer(1) }),
  }),
  broken(
    'made-yesterday',
    ['app-attest-receipt/not-too-old', 'app-attest-receipt/not-from-future'],
    {
      description: 'the time of creation is “yesterday”',
      ...minted({ createdAt: 'yesterday' }),
    },
  ),
];

function broken(
  slug: string,
  checks: Draft['checks'],
  what: Pick<Draft, 'description' | 'evidence'>,
): Draft {
  return drafts.malformed(slug, { ...what, checks, failed: ['app-attest-receipt/well-formed'] });
}

/** The vectors of App Attest receipts. */
export function receiptVectors(): VectorFileDraft<'app-attest-receipt'> {
  const receipts = [statedAnchor('corpus receipt root', RECEIPT_ROOT)];
  return {
    format: 'app-attest-receipt',
    description: 'App Attest receipts: CMS messages as a server keeps them',
    policies: { lab: LAB },
    trust: { trusted: trustWith({ receipts }) },
    vectors: [...passing, ...failures, ...malformed],
  };
}
