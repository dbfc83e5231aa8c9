// A server of the benchmark in a process of its own: `bare`, or `relying-party` with a store. Tells
// over the channel to its parent where it listens and with which phones, and answers `usage` and `memory`.
import { generateKeyPairSync } from 'node:crypto';
import { encodePemCertificate } from '../../../harness/encoding/pem.js';
import { keyId } from '../../../harness/evidence/formats/index.js';
import {
  createLabPki,
  openStore,
  startRelyingParty,
  type ClosableStore,
  type LabPki,
} from '../../../harness/relying-party/index.js';
import {
  issueClientCertificate,
  SHORT_LIVED,
} from '../../../harness/relying-party/issue-certificate.js';
import { ownIssuer } from '../../../harness/relying-party/issuing/issuer.js';
import { createVerifier, LAB } from '../../../harness/verifier/index.js';
import { startBare } from './bare-server.js';
import type { BenchPhone, Served } from './orders.js';

const NAME = 'rp.example.test';

const [kind = '', url = 'memory:', phoneCount = '1'] = process.argv.slice(2);
const pki = await createLabPki({ dnsName: NAME, now: new Date() });
const served = kind === 'bare' ? await serveBare() : await serveRelyingParty();
process.send?.(served);
process.on('message', (asked) => {
  const { user, system } = process.cpuUsage();
  // What is garbage already is not what is remembered.
  if (asked === 'memory') globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send?.({ rss, usedBytes: heapUsed + external, cpuMs: (user + system) / 1000 });
});
process.on('disconnect', () => {
  process.exit();
});

async function serveBare(): Promise<Served> {
  const keys = new Map<string, Uint8Array>();
  const phones: BenchPhone[] = [];
  for (let at = 0; at < Number(phoneCount); at += 1) {
    const { signingKey, phone } = await newPhone(pki, `phone-${at}`);
    keys.set(phone.signingKeyId, signingKey);
    phones.push(phone);
  }
  const port = await startBare(pki, keys);
  return { port, enrolPort: port, anchor: encodePemCertificate(pki.serverAnchor), phones };
}

async function serveRelyingParty(): Promise<Served> {
  const store = await openStore(url);
  const party = await startRelyingParty({
    ...{ rpId: NAME, policy: LAB, pki, store },
    referenceValues: { packageNames: [], signerDigests: [], appIds: [] },
    judge: createVerifier({
      trust: {
        ...{ androidAnchors: [], knownSoftwareRoots: [], appAttestAnchors: [], receiptAnchors: [] },
        revocation: null,
      },
    }),
    events: {
      onFault: (error) => {
        throw error;
      },
    },
  });
  const phones: BenchPhone[] = [];
  for (let at = 0; at < Number(phoneCount); at += 1) phones.push(await enrolled(store, at));
  return {
    port: Number(new URL(party.apiUrl).port),
    enrolPort: Number(new URL(party.enrolUrl).port),
    ...{ anchor: encodePemCertificate(pki.serverAnchor), phones },
  };
}

// As an enrolment and a signing key's registration leave them: what is measured comes after both.
async function enrolled(store: ClosableStore, at: number): Promise<BenchPhone> {
  const { tlsKey, signingKey, phone } = await newPhone(pki, `phone-${at}`);
  const id = `registration-${at}`;
  await store.saveRegistration({
    ...{ id, subject: `phone-${at}`, platform: 'android', appAttestKey: null },
    tlsKey: { keyId: keyId(tlsKey), spki: tlsKey, protection: 'attested' },
    ...{ earlierTlsKeyIds: [], registeredAtMs: Date.now() },
  });
  await store.replaceSigningKey(id, {
    ...{ keyId: phone.signingKeyId, spki: signingKey, protection: 'attested' },
  });
  return phone;
}

async function newPhone({ clientAuthority }: LabPki, subject: string) {
  const [tls, signing] = [newKey(), newKey()];
  const chain = await issueClientCertificate(ownIssuer(clientAuthority), {
    ...{ subject, spki: tls.spki, csr: new Uint8Array(), now: new Date(), policy: SHORT_LIVED },
  });
  const phone: BenchPhone = {
    certificateChain: chain.map(encodePemCertificate).join(''),
    ...{ tlsKey: tls.pem, signingKeyId: keyId(signing.spki), signingKey: signing.pem },
  };
  return { tlsKey: tls.spki, signingKey: signing.spki, phone };
}

function newKey(): { readonly spki: Uint8Array; readonly pem: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    spki: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
    pem: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
  };
}
