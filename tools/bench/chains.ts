import { parseCertificate } from '../../harness/encoding/certificate.js';
import { parseAndroidKey } from '../../harness/evidence/android-key/index.js';
import { anchorOf, type TrustAnchor, type TrustSet } from '../../harness/trust/index.js';
import { BASELINE } from '../../harness/verifier/index.js';
import {
  createAndroidKeystore,
  createVendorRoots,
  FAIR_CONDITIONS,
  type Provisioning,
  type VendorRoots,
} from '../../harness/virtual-lab/secure-hardware/index.js';
import { besideFloor } from './beside-floor.js';
import { chainFloor } from './floor.js';

/** The time that chains are made at and judged for. */
export const benchNow = new Date();

/** The challenge that every chain is made for. */
export const benchChallenge = new Uint8Array(32).fill(7);

/** What an Android chain costs beside its floor: of a virtual vendor, in the shape phones send. */
export async function benchChains(): Promise<readonly string[]> {
  const vendors = createVendorRoots();
  const trust = vendorTrust(vendors);
  const lines: string[] = [];
  for (const provisioning of ['factory', 'rkp'] as const) {
    const chain = await mintChain(provisioning, vendors);
    const { parsed } = parseAndroidKey(chain);
    if (!parsed.ok) throw new Error(parsed.malformation.message);
    lines.push(
      ...(await besideFloor({
        title: `${provisioning} chain of ${chain.length}`,
        floor: chainFloor(parsed.value, trust),
        trust,
        input: () => ({
          ...{ evidence: parseAndroidKey(chain), expected: { challenge: benchChallenge } },
          ...{ policy: BASELINE, now: benchNow },
        }),
      })),
    );
  }
  return lines;
}

/** The trust set of virtual vendors. */
export function vendorTrust(vendors: VendorRoots): TrustSet {
  return {
    androidAnchors: vendors.androidAnchors.map((der, index) => anchor(`virtual-${index}`, der)),
    knownSoftwareRoots: [],
    appAttestAnchors: [],
    receiptAnchors: [],
    revocation: null,
  };
}

/** A chain of a new key, as a phone sends it. */
export async function mintChain(
  provisioning: Provisioning,
  vendors: VendorRoots,
): Promise<readonly Uint8Array[]> {
  const keystore = createAndroidKeystore({
    hardware: {
      ...{ apiLevel: 35, strongbox: false, tee: true, provisioning },
      ...{ boot: { locked: true, state: 'verified' }, osVersion: '15' },
      securityPatch: '2026-11-05',
    },
    vendors,
    clock: () => benchNow,
    conditions: () => FAIR_CONDITIONS,
  });
  const { attestationChain } = await keystore.generate({
    ...{ alias: 'bench', algorithm: 'ec-p256', level: 'tee', digests: ['sha256'] },
    challenge: benchChallenge,
    packageInfo: {
      ...{ packageName: 'org.attestlab.probe', versionCode: 1 },
      signerDigests: [benchChallenge],
    },
  });
  if (attestationChain === undefined) throw new Error('the key was not attested');
  return attestationChain;
}

function anchor(name: string, der: Uint8Array): TrustAnchor {
  const parsed = parseCertificate(der);
  if (!parsed.ok) throw new Error(parsed.malformation.message);
  return anchorOf(name, parsed.value);
}
