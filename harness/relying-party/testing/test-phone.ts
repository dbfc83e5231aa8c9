import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { fromBase64url, toBase64url } from '../../encoding/bytes.js';
import { encodePemCertificate } from '../../encoding/pem.js';
import { buildCsr } from '../../evidence/csr/index.js';
import {
  enrolmentBinding,
  keyId,
  type EnrolmentPurpose,
  type ProfileSInput,
} from '../../evidence/formats/index.js';
import {
  profileSAssertionHeaders,
  profileSClientDataHash,
  profileSHeaders,
} from '../../evidence/signed-request/index.js';
import {
  createAndroidKeystore,
  createAppleKeystore,
  type AndroidHardware,
  type VendorRoots,
} from '../../virtual-lab/secure-hardware/index.js';
import type { ClientIdentity, SubmittedEvidence, TransportRequest } from '../index.js';

/** The app that asks for keys on Android. */
export const TEST_PACKAGE = {
  packageName: 'org.attestlab.probe',
  versionCode: 7,
  signerDigests: [new Uint8Array(32).fill(0xd1)],
};

/** The app's id on iOS. */
export const TEST_APP_ID = 'ATTESTLAB0.org.attestlab.probe';

const ANDROID: AndroidHardware = {
  apiLevel: 35,
  strongbox: true,
  tee: true,
  provisioning: 'rkp',
  boot: { locked: true, state: 'verified' },
  osVersion: '15',
  securityPatch: '2026-11-05',
};

/** A key, with the means to use it. */
export interface TestKey {
  readonly spki: Uint8Array;
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

/** What an enrolment carries besides its subject. */
export interface TestEnrolment {
  readonly key: TestKey;
  readonly challenge: string;
  readonly csr: string;
  readonly evidence: SubmittedEvidence;
}

/** A phone that makes keys and evidence with the virtual lab's secure hardware. */
export interface TestPhone {
  readonly platform: 'android' | 'ios';
  /** A fresh key with certification request and evidence for a challenge. */
  prepare(challenge: string, options: PrepareOptions): Promise<TestEnrolment>;
}

/** An iPhone, whose App Attest key signs requests too. */
export interface TestIPhone extends TestPhone {
  /** A request that the App Attest key of the last attestation signs, with changes to what is signed. */
  assertedRequest(
    url: string,
    changes: Partial<ProfileSInput> & { readonly counter: bigint },
  ): Promise<TransportRequest>;
}

/** What to prepare, and what to do wrong about it. */
export interface PrepareOptions {
  readonly purpose: EnrolmentPurpose;
  readonly rpId: string;
  /** Binds the evidence to this purpose instead: a phone that answers another question. */
  readonly boundPurpose?: EnrolmentPurpose;
  /** What vouches for a connection key on iOS; a fresh attestation where it is left out. */
  readonly vouchedBy?: 'attestation' | 'assertion';
  /** Uses this key instead of a fresh one: iOS only, where a key can be vouched for again. */
  readonly key?: TestKey;
}

/** An Android phone. */
export function androidPhone(
  vendors: VendorRoots,
  hardware: Partial<AndroidHardware> = {},
): TestPhone {
  const keystore = createAndroidKeystore({
    hardware: { ...ANDROID, ...hardware },
    vendors,
    clock: () => new Date(),
  });
  let count = 0;
  return {
    platform: 'android',
    async prepare(challenge, { purpose, rpId, boundPurpose = purpose }) {
      const alias = `key-${++count}`;
      const nonce = nonceOf(challenge);
      const { spki, attestationChain = [] } = await keystore.generate({
        alias,
        algorithm: 'ec-p256',
        level: 'tee',
        digests: ['none', 'sha256'],
        challenge: enrolmentBinding({ rpId, purpose: boundPurpose, nonce }),
        packageInfo: TEST_PACKAGE,
      });
      const key = { spki, keyId: keyId(spki), privateKey: keystore.tlsKey(alias) };
      return {
        ...{ key, challenge },
        csr: toBase64url(csrOf(key, nonce)),
        evidence: { format: 'android-key', certificates: attestationChain.map(toBase64url) },
      };
    },
  };
}

/** An iPhone; its first enrolment attests an App Attest key, later ones use it. */
export function iPhone(vendors: VendorRoots): TestIPhone {
  const keystore = createAppleKeystore({
    hardware: {
      secureEnclave: true,
      appAttestSupported: true,
      passcodeSet: true,
      osVersion: '18.5',
      osBuild: '22F76',
    },
    vendors,
    app: () => ({
      teamId: 'ATTESTLAB0',
      bundleId: 'org.attestlab.probe',
      bundleVersion: '1',
      environment: 'development',
    }),
  });
  let count = 0;
  let appAttestKeyId: Uint8Array | null = null;
  return {
    platform: 'ios',
    async prepare(challenge, options) {
      const { purpose, rpId, boundPurpose = purpose, key: given } = options;
      const { vouchedBy = purpose === 'sign' ? 'assertion' : 'attestation' } = options;
      const alias = `key-${++count}`;
      const nonce = nonceOf(challenge);
      let key = given;
      if (key === undefined) {
        const level = 'secure-enclave';
        const { spki } = await keystore.generate({ alias, algorithm: 'ec-p256', level });
        key = { spki, keyId: keyId(spki), privateKey: keystore.tlsKey(alias) };
      }
      const csr = csrOf(key, nonce);
      const hash = enrolmentBinding({ rpId, purpose: boundPurpose, nonce, csr });
      const shared = { key, challenge, csr: toBase64url(csr) };
      if (vouchedBy === 'assertion' && appAttestKeyId !== null) {
        const assertion = await keystore.appAttest.assert(appAttestKeyId, hash);
        const evidence = { format: 'app-attest-assertion', assertion: toBase64url(assertion) };
        return { ...shared, evidence: evidence as SubmittedEvidence };
      }
      appAttestKeyId = await keystore.appAttest.generateKey();
      const attestation = await keystore.appAttest.attest(appAttestKeyId, hash);
      return {
        ...shared,
        evidence: {
          format: 'app-attest-attestation',
          attestationObject: toBase64url(attestation),
          keyId: toBase64url(appAttestKeyId),
        },
      };
    },
    async assertedRequest(url, changes) {
      if (appAttestKeyId === null) throw new Error('this phone attested no key yet');
      const input = requestInput(url, { keyId: toBase64url(appAttestKeyId), ...changes });
      const assertion = await keystore.appAttest.assert(
        appAttestKeyId,
        profileSClientDataHash(input),
      );
      return sentRequest(url, input, profileSAssertionHeaders(input, assertion));
    },
  };
}

/** A key made on a laptop. */
export function softwareKey(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
  return { spki, keyId: keyId(spki), privateKey };
}

/** A certification request with the challenge's nonce. */
export function csrOf(key: TestKey, nonce: Uint8Array): Uint8Array {
  return buildCsr({ commonName: 'phone', spki: key.spki, nonce, sign: signer(key) });
}

/** The 32 bytes of a challenge. */
export function nonceOf(challenge: string): Uint8Array {
  const nonce = fromBase64url(challenge);
  if (nonce === null) throw new Error('a challenge is base64url');
  return nonce;
}

/** A connection's certificate and key, from what an enrolment answered. */
export function identityOf(key: TestKey, chain: readonly string[]): ClientIdentity {
  return {
    certificateChain: chain.map((one) => encodePemCertificate(nonceOf(one))).join(''),
    privateKey: key.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
  };
}

/** A request signed with profile S, with changes to what is signed. */
export function signedRequest(
  key: TestKey,
  url: string,
  changes: Partial<ProfileSInput> & { readonly counter: bigint },
): TransportRequest {
  const input = requestInput(url, { keyId: key.keyId, ...changes });
  return sentRequest(url, input, profileSHeaders(input, signer(key)));
}

function requestInput(
  url: string,
  changes: Partial<ProfileSInput> & Pick<ProfileSInput, 'keyId' | 'counter'>,
): ProfileSInput {
  const { host, pathname, search } = new URL(url);
  return {
    method: 'POST',
    authority: host,
    target: `${pathname}${search}`,
    epoch: 1n,
    timestampMs: BigInt(Date.now()),
    contentType: 'application/json',
    body: new TextEncoder().encode('{"amount":1.0}'),
    ...changes,
  };
}

function sentRequest(
  url: string,
  { method, contentType, body }: ProfileSInput,
  headers: TransportRequest['headers'],
): TransportRequest {
  return {
    ...{ method, url, body },
    headers: contentType === '' ? headers : [...headers, ['content-type', contentType]],
  };
}

function signer(key: TestKey): (data: Uint8Array) => Uint8Array {
  return (data) => new Uint8Array(sign('sha256', data, key.privateKey));
}
