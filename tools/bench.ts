import { X509Certificate, type KeyObject } from 'node:crypto';
import { parseCertificate } from '../harness/encoding/certificate.js';
import { parseAndroidKey } from '../harness/evidence/android-key/index.js';
import { anchorOf, type TrustSet } from '../harness/trust/index.js';
import { BASELINE, createSignatureMemo, createVerifier } from '../harness/verifier/index.js';
import {
  createAndroidKeystore,
  createVendorRoots,
  FAIR_CONDITIONS,
  type Provisioning,
} from '../harness/virtual-lab/secure-hardware/index.js';

// `npm run bench`: what an appraisal costs beside the signature checks that no verifier can leave
// out. The chains are a virtual vendor's, in the shape that phones send.
const now = new Date();
const challenge = new Uint8Array(32).fill(7);
const vendors = createVendorRoots();
const trust: TrustSet = {
  androidAnchors: vendors.androidAnchors.map((der, index) => anchor(`virtual-${index}`, der)),
  knownSoftwareRoots: [],
  appAttestAnchors: [],
  receiptAnchors: [],
  revocation: null,
};

process.stdout.write(`Node ${process.versions.node}, ${process.platform} ${process.arch}\n`);
for (const provisioning of ['factory', 'rkp'] as const) await bench(provisioning);

async function bench(provisioning: Provisioning): Promise<void> {
  const chain = await mintChain(provisioning);
  const cold = createVerifier({ trust });
  const warm = createVerifier({ trust, memo: createSignatureMemo() });
  const appraise = (verifier: typeof cold) => (): void => {
    const evidence = parseAndroidKey(chain);
    const input = { evidence, expected: { challenge }, policy: BASELINE, now };
    const { verdict } = verifier.appraise(input);
    // A figure for chains that are turned away early would flatter.
    if (verdict !== 'accepted') throw new Error(`the benchmark's chain is ${verdict}`);
  };
  const bareMs = median(bareChecks(chain));
  const coldMs = median(appraise(cold));
  const warmMs = median(appraise(warm));
  const line = (name: string, ms: number): string =>
    `  ${name.padEnd(34)} ${ms.toFixed(3).padStart(8)} ms  x${(ms / bareMs).toFixed(2)}\n`;
  process.stdout.write(
    `${provisioning} chain of ${chain.length}\n` +
      line('signature checks alone', bareMs) +
      line('appraisal', coldMs) +
      line('appraisal, CA certificates known', warmMs),
  );
}

/** Node's own parser and signature check over each link: the least that a verifier does. */
function bareChecks(chain: readonly Uint8Array[]): () => void {
  return () => {
    const certificates = chain.map((der) => new X509Certificate(der));
    for (const [index, certificate] of certificates.entries()) {
      const signer: KeyObject = (certificates[index + 1] ?? certificate).publicKey;
      if (!certificate.verify(signer)) throw new Error('a signature does not verify');
    }
  };
}

/** Median time of one call, after warming up. */
function median(work: () => void): number {
  for (let round = 0; round < 50; round += 1) work();
  const times = Array.from({ length: 300 }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  }).sort((left, right) => left - right);
  return times[Math.floor(times.length / 2)] ?? 0;
}

async function mintChain(provisioning: Provisioning): Promise<readonly Uint8Array[]> {
  const keystore = createAndroidKeystore({
    hardware: {
      ...{ apiLevel: 35, strongbox: false, tee: true, provisioning },
      ...{ boot: { locked: true, state: 'verified' }, osVersion: '15' },
      securityPatch: '2026-11-05',
    },
    vendors,
    clock: () => now,
    conditions: () => FAIR_CONDITIONS,
  });
  const { attestationChain } = await keystore.generate({
    ...{ alias: 'bench', algorithm: 'ec-p256', level: 'tee', digests: ['sha256'], challenge },
    packageInfo: { packageName: 'org.attestlab.probe', versionCode: 1, signerDigests: [challenge] },
  });
  if (attestationChain === undefined) throw new Error('the key was not attested');
  return attestationChain;
}

function anchor(name: string, der: Uint8Array): TrustSet['androidAnchors'][number] {
  const parsed = parseCertificate(der);
  if (!parsed.ok) throw new Error(parsed.malformation.message);
  return anchorOf(name, parsed.value);
}
