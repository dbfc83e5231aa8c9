import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { importsOf } from '../../tools/testing/imports.js';
import { productRoot } from '../product.js';
import * as library from './verifier.js';

const ENTRY = 'harness/library/verifier.ts';

/** Every file that an import of the entry loads, and every package. */
function reached(): { readonly files: ReadonlySet<string>; readonly packages: readonly string[] } {
  const files = new Set([ENTRY]);
  const packages = new Set<string>();
  for (const file of files) {
    for (const { specifier, isTypeOnly } of importsOf(productRoot, file)) {
      if (isTypeOnly || specifier.startsWith('node:')) continue;
      if (!specifier.startsWith('.')) packages.add(specifier);
      else files.add(normalize(join(dirname(file), specifier)).replace(/\.js$/, '.ts'));
    }
  }
  return { files, packages: [...packages].sort() };
}

describe('attestlab/verifier', () => {
  it('loads only packages that read CBOR, structured fields, YAML and schemas', () => {
    expect(reached().packages).toEqual(['cbor-x', 'structured-headers', 'yaml', 'zod']);
  });

  it('loads no room that drives phones', () => {
    const rooms = new Set([...reached().files].map((file) => file.split('/')[1]));
    expect([...rooms].filter((room) => room?.endsWith('.ts') !== true).sort()).toEqual([
      'encoding',
      'evidence',
      'library',
      'trust',
      'verifier',
    ]);
  });

  it('is what the package exports, with its types', () => {
    const { exports } = z
      .looseObject({ exports: z.record(z.string(), z.json()) })
      .parse(JSON.parse(readFileSync(join(productRoot, 'package.json'), 'utf8')));
    expect(exports['./verifier']).toEqual({
      types: './dist/harness/library/verifier.d.ts',
      import: './dist/harness/library/verifier.js',
    });
    expect(existsSync(join(productRoot, ENTRY))).toBe(true);
  });

  it('judges with the roots that the product ships', () => {
    const verifier = library.createVerifier({ trust: library.shippedTrust() });
    const result = verifier.appraise({
      evidence: library.parseAndroidKey([]),
      expected: {},
      policy: library.LAB,
      now: new Date(0),
    });
    expect(library.failing(result)).toEqual(['android-key/well-formed']);
    expect(result.verdict).toBe('rejected');
  });

  it('takes evidence of every format as bytes or text, and answers for whatever they are', () => {
    const bytes = Uint8Array.of(0x30, 0x80, 0xff);
    const { policy, now } = { policy: library.LAB, now: new Date(0) };
    const appIds = ['TEAMID1234.org.example'];
    const inputs: readonly library.AppraisalInput[] = [
      { evidence: library.parseAndroidKey([bytes]), expected: {}, policy, now },
      {
        evidence: library.parseAppAttestAttestation(bytes),
        expected: { appIds, keyId: bytes, clientDataHash: bytes },
        ...{ policy, now },
      },
      {
        evidence: library.parseAppAttestAssertion(bytes),
        expected: { appIds, publicKey: bytes, clientDataHash: bytes, previousCounter: null },
        ...{ policy, now },
      },
      { evidence: library.parseAppAttestReceipt(bytes), expected: {}, policy, now },
      { evidence: library.parseCsr(bytes), expected: {}, policy, now },
      { evidence: library.playIntegrityToken('a.b'), expected: {}, policy, now },
      { evidence: library.playIntegrityPayload('{'), expected: {}, policy, now },
      {
        evidence: library.parseSignedRequest({
          ...{ method: 'POST', target: '/', headers: [], body: bytes },
          authority: 'example.org',
        }),
        expected: { key: null },
        ...{ policy, now },
      },
    ];
    const verifier = library.createVerifier({ trust: library.shippedTrust() });
    const judged = inputs.map((input) => [input.evidence.format, verifier.appraise(input).verdict]);
    expect(new Set(judged.map(([format]) => format))).toEqual(
      new Set(Object.keys(library.FORMATS)),
    );
    expect(judged.filter(([, verdict]) => verdict === 'accepted')).toEqual([]);
  });
});
