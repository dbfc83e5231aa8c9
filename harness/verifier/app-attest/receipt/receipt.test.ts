import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../encoding/bytes.js';
import { parseAppAttestReceipt } from '../../../evidence/app-attest/index.js';
import type { AppAttestReceiptExpected } from '../../expected.js';
import { failing, withStatus } from '../../result.js';
import {
  APP_ID,
  createTestAppleKey,
  createTestAppleVendor,
  mintReceipt,
  mintTestCredential,
  MINTED_AT,
  type ReceiptContent,
} from '../../testing/mint-app-attest.js';
import { testPolicy } from '../../testing/test-appraisal.js';
import { appAttestReceipt } from '../index.js';

const vendor = createTestAppleVendor();
const stranger = createTestAppleVendor();
const key = createTestAppleKey();
const certificate = mintTestCredential(vendor, key);
const expected = { appIds: [APP_ID], publicKey: key.point, maxAgeSeconds: 300 };

function mint(changes: Partial<ReceiptContent> = {}): Uint8Array {
  return mintReceipt(vendor, { certificate, clientDataHash: new Uint8Array(24), ...changes });
}

function appraise(
  bytes: Uint8Array,
  setting: { readonly expected?: AppAttestReceiptExpected; readonly now?: Date } = {},
) {
  return appAttestReceipt.run({
    evidence: parseAppAttestReceipt(bytes),
    expected: setting.expected ?? expected,
    policy: testPolicy(),
    trust: vendor.trust,
    now: setting.now ?? MINTED_AT,
    memo: null,
  });
}

describe('an App Attest receipt', () => {
  it('passes every check and shows what it says', () => {
    const result = appraise(mint());
    expect(withStatus(result, 'passed')).toHaveLength(appAttestReceipt.checks.length);
    expect(result.claims).toEqual({
      type: 'ATTEST',
      appId: APP_ID,
      environment: 'sandbox',
      creationTime: '2026-05-01T12:00:00.5Z',
      expirationTime: '2026-07-30T12:00:00.5Z',
      clientHashLength: 24,
      fields: [2, 3, 4, 6, 7, 12, 21],
    });
  });

  it('passes until it expires where no age is given, past its signer’s own life', () => {
    const now = new Date('2026-07-30T12:00:00Z');
    const result = appraise(mint(), { expected: {}, now });
    expect(failing(result)).toEqual([]);
    expect(withStatus(result, 'not-applicable')).toEqual([
      'app-attest-receipt/app-matches',
      'app-attest-receipt/key-matches',
    ]);
  });
});

describe('each check of a receipt fails alone', () => {
  it.each([
    ['signer-marked', { signer: vendor.merchant }],
    ['signer-trusted', { signer: stranger.receiptSigner }],
    ['app-matches', { appId: 'ABCDE12345.other' }],
    ['key-matches', { certificate: mintTestCredential(vendor, createTestAppleKey()) }],
    ['not-from-future', { createdAt: '2026-05-01T12:10:00Z' }],
  ] as const)('%s', (id, changes) => {
    expect(failing(appraise(mint(changes)))).toEqual([`app-attest-receipt/${id}`]);
  });

  it('signature-verifies, for a signer whose key signed nothing of it', () => {
    const signer = { key: vendor.merchant.key, chain: vendor.receiptSigner.chain };
    const result = appraise(mint({ signer }));
    expect(failing(result)).toEqual(['app-attest-receipt/signature-verifies']);
    expect(withStatus(result, 'blocked')).toEqual([
      'app-attest-receipt/signer-marked',
      'app-attest-receipt/signer-trusted',
      'app-attest-receipt/signer-valid',
    ]);
  });

  it('signer-valid, for a receipt from before its signer', () => {
    const setting = { expected: {}, now: MINTED_AT };
    expect(failing(appraise(mint({ createdAt: '2026-04-01T00:00:00Z' }), setting))).toEqual([
      'app-attest-receipt/signer-valid',
    ]);
  });

  it('not-too-old, a second after the age that was expected', () => {
    const at = (text: string) => failing(appraise(mint(), { now: new Date(text) }));
    expect(at('2026-05-01T12:05:00.500Z')).toEqual([]);
    expect(at('2026-05-01T12:05:00.501Z')).toEqual(['app-attest-receipt/not-too-old']);
  });

  it('not-too-old, after the expiry where no age was expected', () => {
    const now = new Date('2026-07-30T12:00:01Z');
    expect(failing(appraise(mint(), { expected: {}, now }))).toEqual([
      'app-attest-receipt/not-too-old',
    ]);
  });
});

describe('a malformed receipt', () => {
  it.each([
    ['a byte after it', concatBytes(mint(), Uint8Array.of(0))],
    ['its last byte cut off', mint().subarray(0, -1)],
    ['a field twice', mint({ twice: 2 })],
    ['no app id', mint({ without: 2 })],
    ['no certificate', mint({ without: 3 })],
    ['no creation time', mint({ without: 12 })],
    ['no expiry', mint({ without: 21 })],
    ['an unknown type', mint({ type: 'INVOICE' })],
    ['a time that is none', mint({ createdAt: 'yesterday' })],
    ['a time without zone', mint({ createdAt: '2026-05-01T12:00:00' })],
    ['no bytes', new Uint8Array()],
    ['more bytes than any receipt', new Uint8Array(70_000)],
  ])('has %s', (_, bytes) => {
    const result = appraise(bytes);
    expect(failing(result)).toEqual(['app-attest-receipt/well-formed']);
    expect(withStatus(result, 'blocked')).toHaveLength(appAttestReceipt.checks.length - 1);
  });

  it('never throws on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(failing(appraise(bytes))).not.toEqual([]);
      }),
    );
  });
});
