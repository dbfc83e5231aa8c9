import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../encoding/bytes.js';
import { parseAppAttestAttestation } from '../evidence/app-attest/index.js';
import { loadLab, type Lab } from '../farm/lab.js';
import { productRoot } from '../product.js';
import { createVerifier, failing, LAB } from '../verifier/index.js';
import {
  APP_ID,
  createTestAppleKey,
  createTestAppleVendor,
  mintAttestation,
  MINTED_AT,
} from '../verifier/testing/mint-app-attest.js';
import { labPolicy } from './lab-policy.js';

const shipped = loadLab(join(productRoot, 'fixtures', 'labs', 'virtual'));

function labFor(environment: 'development' | 'production'): Lab {
  const { referenceValues } = shipped;
  const apple = { ...referenceValues.apple, environment };
  return { ...shipped, referenceValues: { ...referenceValues, apple } };
}

const ENVIRONMENT = 'app-attest/environment-allowed';
const vendor = createTestAppleVendor();
const key = createTestAppleKey();
const clientDataHash = new Uint8Array(32).fill(1);

/** What fails of an attestation of one environment in a lab whose probe is built for another. */
function failingIn(lab: Lab, aaguid: string): readonly string[] {
  const object = mintAttestation(vendor, { key, clientDataHash }, { aaguid });
  const result = createVerifier({ trust: vendor.trust }).appraise({
    evidence: parseAppAttestAttestation(object),
    expected: { appIds: [APP_ID], keyId: key.keyId, clientDataHash },
    policy: labPolicy(lab),
    now: MINTED_AT,
  });
  return failing(result).filter((id) => id === ENVIRONMENT);
}

describe('the policy of a lab', () => {
  it('is the one that the lab names, narrowed to the environment of its probe', () => {
    expect(LAB.appAttest.environments).toEqual(['development', 'production']);
    expect(labPolicy(labFor('production'))).toEqual({
      ...LAB,
      appAttest: { ...LAB.appAttest, environments: ['production'] },
    });
    expect(labPolicy({ ...shipped, policy: 'strict' }).id).toBe('strict');
  });

  it.each([
    ['production', 'appattest\0\0\0\0\0\0\0', 'appattestdevelop'],
    ['development', 'appattestdevelop', 'appattest\0\0\0\0\0\0\0'],
  ] as const)('lets %s alone attest', (environment, own, other) => {
    expect(utf8(own)).toHaveLength(16);
    expect(failingIn(labFor(environment), own)).toEqual([]);
    expect(failingIn(labFor(environment), other)).toEqual([ENVIRONMENT]);
  });
});
