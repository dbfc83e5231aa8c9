import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fromBase64, fromHex } from '../../encoding/bytes.js';
import { parsePemCertificates } from '../../encoding/pem.js';
import {
  parseAppAttestAssertion,
  parseAppAttestAttestation,
  parseAppAttestReceipt,
} from '../../evidence/app-attest/index.js';
import { productRoot } from '../../product.js';
import type { TrustSet } from '../../trust/trust-set.js';
import { CHECK_IDS } from '../check-ids.js';
import type { AppraisalPolicy } from '../policy.js';
import type { CheckResult, Claims } from '../result.js';
import { anchorOf, emptyTrust, testPolicy } from '../testing/test-appraisal.js';
import { appAttestAssertion, appAttestAttestation, appAttestReceipt } from './index.js';

const folder = process.env['ATTESTLAB_VECTORS'];

const Inputs = z.object({
  appId: z.string().default(''),
  keyId: z.string().default(''),
  publicKeyHex: z.string().default(''),
  clientDataHashHex: z.string().default(''),
  previousCounter: z.number().nullable().default(null),
  verificationTime: z.string().default('2020-01-01T00:00:00Z'),
  maxAgeSeconds: z.number().optional(),
  allowedEnvironment: z.enum(['development', 'production']).optional(),
});

const Entry = z.object({
  id: z.string(),
  kind: z.string(),
  files: z.array(z.string()),
  inputs: z.record(z.string(), z.unknown()),
  expected: z.object({
    verdict: z.string(),
    reason: z.string().optional(),
    facts: z.record(z.string(), z.unknown()).default({}),
    variants: z
      .array(
        z.object({
          inputs: z.record(z.string(), z.unknown()).default({}),
          verdict: z.string(),
          reason: z.string().optional(),
        }),
      )
      .default([]),
  }),
});
type Case = {
  readonly name: string;
  readonly kind: string;
  readonly bytes: Uint8Array;
  readonly inputs: z.infer<typeof Inputs>;
  readonly verdict: string;
  readonly reason: string | undefined;
  readonly facts: Readonly<Record<string, unknown>>;
};

function cases(kind: string): readonly Case[] {
  if (folder === undefined) return [];
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  const { vectors } = z.object({ vectors: z.array(z.unknown()) }).parse(manifest);
  return vectors
    .filter((vector) => z.object({ kind: z.string() }).parse(vector).kind === kind)
    .flatMap((vector) => {
      const { id, files, inputs, expected } = Entry.parse(vector);
      const text = readFileSync(join(folder, files[0] ?? ''), 'utf8').replace(/\s/g, '');
      const bytes = fromBase64(text) ?? new Uint8Array();
      const main = { inputs: {}, verdict: expected.verdict, reason: expected.reason };
      return [main, ...expected.variants].map((variant, at) => ({
        name: at === 0 ? id : `${id}, variant ${at - 1}`,
        kind,
        bytes,
        inputs: Inputs.parse({ ...inputs, ...variant.inputs }),
        verdict: variant.verdict,
        reason: variant.reason,
        facts: at === 0 ? expected.facts : {},
      }));
    });
}

function root(file: string): Uint8Array {
  const parsed = parsePemCertificates(
    readFileSync(join(productRoot, 'fixtures/trust', file), 'utf8'),
  );
  const certificate = parsed.ok ? parsed.value[0] : undefined;
  if (certificate === undefined) throw new Error(`no certificate in ${file}`);
  return certificate;
}

const trust: TrustSet = {
  ...emptyTrust,
  appAttestAnchors: [anchorOf('apple', root('apple-app-attestation-root-ca.pem'))],
  receiptAnchors: [anchorOf('apple-g3', root('apple-root-ca-g3.pem'))],
};

function bytes(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array();
}

function common({ inputs }: Case) {
  const allowed = inputs.allowedEnvironment;
  const policy: AppraisalPolicy = testPolicy(
    allowed === undefined
      ? {}
      : { appAttest: { ...testPolicy().appAttest, environments: [allowed] } },
  );
  return { policy, trust, now: new Date(inputs.verificationTime), memo: null };
}

function judge(entry: Case): { readonly checks: readonly CheckResult[]; readonly claims: Claims } {
  const { inputs } = entry;
  const appIds = [inputs.appId];
  const clientDataHash = bytes(inputs.clientDataHashHex);
  const publicKey = bytes(inputs.publicKeyHex);
  if (entry.kind === 'app-attest-attestation') {
    return appAttestAttestation.run({
      ...common(entry),
      evidence: parseAppAttestAttestation(entry.bytes),
      expected: { appIds, clientDataHash, keyId: fromBase64(inputs.keyId) ?? new Uint8Array() },
    });
  }
  if (entry.kind === 'app-attest-assertion') {
    const { previousCounter } = inputs;
    return appAttestAssertion.run({
      ...common(entry),
      evidence: parseAppAttestAssertion(entry.bytes),
      expected: { appIds, clientDataHash, publicKey, previousCounter },
    });
  }
  const { maxAgeSeconds } = inputs;
  return appAttestReceipt.run({
    ...common(entry),
    evidence: parseAppAttestReceipt(entry.bytes),
    expected: { appIds, publicKey, ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }) },
  });
}

describe.skipIf(folder === undefined)('real App Attest evidence (ATTESTLAB_VECTORS)', () => {
  it.each(['app-attest-attestation', 'app-attest-assertion', 'app-attest-receipt'].flatMap(cases))(
    '$kind $name: $verdict',
    (entry) => {
      const { checks, claims } = judge(entry);
      const failures = checks.filter(({ status }) => status === 'failed');
      const tokens = failures.map(({ id }) => CHECK_IDS[id].token);
      if (entry.verdict === 'accept') expect(failures).toEqual([]);
      else expect(tokens).toEqual([entry.reason]);
      expect(claims).toMatchObject(entry.facts);
    },
  );
});
