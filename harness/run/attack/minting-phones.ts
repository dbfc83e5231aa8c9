import { sign, type KeyObject } from 'node:crypto';
import {
  createAttackerKey,
  type AndroidKeyMeans,
  type AppAttestMeans,
} from '../../attacks/index.js';
import { fromHex } from '../../encoding/bytes.js';
import { buildCsr } from '../../evidence/csr/index.js';
import type { ReferenceValues } from '../../farm/reference-values.js';
import {
  createAndroidKeystore,
  createAppleKeystore,
  type AndroidHardware,
  type AppleApp,
  type VendorRoots,
} from '../../virtual-lab/secure-hardware/index.js';
import type { Evidence, OpenChallenge, Submission } from './target.js';

/** A key in a phone's hardware; that it can be had here is what makes the phone virtual. */
export interface MintedKey {
  readonly spki: Uint8Array;
  readonly privateKey: KeyObject;
}

/** For what evidence is minted. */
export type Asked = Pick<OpenChallenge, 'nonce' | 'binding'>;

/** A submission with evidence of one format. */
export interface SubmissionWith<Format extends Evidence['format']> extends Submission {
  readonly evidence: Extract<Evidence, { readonly format: Format }>;
}

/** An Android phone with a TEE, and what attackers need besides. */
export interface MintingAndroid {
  mint(asked: Asked): Promise<SubmissionWith<'android-key'>>;
  /** Attested under a batch key that is on the vendors' status list. */
  mintRevoked(asked: Asked): Promise<SubmissionWith<'android-key'>>;
  /** What attacks on the evidence minted last may take from. */
  means(asked: Asked): Promise<AndroidKeyMeans>;
}

/** An iPhone, and what attackers need besides. */
export interface MintingIPhone {
  /** Vouched for by a new App Attest key; a new key where none is given. */
  mint(asked: Asked, key?: MintedKey): Promise<SubmissionWith<'app-attest-attestation'>>;
  means(asked: Asked, csr: Uint8Array): Promise<AppAttestMeans>;
  /** Vouched for by the App Attest key that was attested last; a new key where none is given. */
  mintAsserted(asked: Asked, key?: MintedKey): Promise<SubmissionWith<'app-attest-assertion'>>;
  /** By the App Attest key that was attested last. */
  readonly assert: (clientDataHash: Uint8Array) => Promise<Uint8Array>;
  /** Key id of that key. */
  appAttestKeyId(): Uint8Array;
}

const DAY_MS = 86_400_000;

/** A healthy Android phone of today that runs the app of the reference values. */
export function mintingAndroid(vendors: VendorRoots, values: ReferenceValues): MintingAndroid {
  // The vendor's batch key of this phone, as whoever has it sold to him holds it.
  let authority: VendorRoots['leakedBatchKey']['authority'] | null = null;
  const watched: VendorRoots = {
    ...vendors,
    attestationSigner: (level, provisioning) => {
      const signer = vendors.attestationSigner(level, provisioning);
      authority = signer.authority;
      return signer;
    },
  };
  const hardware = healthyAndroid(vendors.now());
  const shared = { vendors: watched, clock: () => vendors.now() };
  const keystore = createAndroidKeystore({ hardware, ...shared });
  const emulator = createAndroidKeystore({
    ...shared,
    hardware: { ...hardware, tee: false, strongbox: false },
  });
  const revoked = createAndroidKeystore({
    ...{ hardware, clock: shared.clock },
    vendors: { ...vendors, attestationSigner: () => vendors.leakedBatchKey },
  });
  let [count, alias] = [0, ''];
  const generate = (store: typeof keystore, challenge: Uint8Array) => {
    alias = `key-${++count}`;
    return store.generate({
      ...{ alias, algorithm: 'ec-p256', level: 'tee', digests: ['none', 'sha256'], challenge },
      packageInfo: packageOf(values),
    });
  };
  const mintBy = async (
    store: typeof keystore,
    asked: Asked,
  ): Promise<SubmissionWith<'android-key'>> => {
    const generated = await generate(store, asked.binding('android-key'));
    const { spki, attestationChain: certificates = [] } = generated;
    const key = { spki, privateKey: store.tlsKey(alias) };
    const csr = certificationRequest(key, asked.nonce);
    return { key, csr, evidence: { format: 'android-key', certificates } };
  };
  return {
    mint: (asked) => mintBy(keystore, asked),
    mintRevoked: (asked) => mintBy(revoked, asked),
    async means(asked) {
      const attested = alias;
      const earlier = await generate(keystore, new Uint8Array(32));
      const software = await generate(emulator, asked.binding('android-key'));
      return {
        attacker: createAttackerKey(),
        signWithPhone: (data) => keystore.sign(attested, data, 'sha256'),
        earlierChain: earlier.attestationChain ?? [],
        emulatorChain: software.attestationChain ?? [],
        signWithAuthority: (data) => {
          if (authority === null) throw new Error('no attestation was made yet');
          return Promise.resolve(authority.sign(data));
        },
      };
    },
  };
}

/** An iPhone that runs the app of the reference values, with other builds and apps at hand. */
export function mintingIPhone(vendors: VendorRoots, values: ReferenceValues): MintingIPhone {
  const app = appOf(values);
  const running = (changes: Partial<AppleApp>) =>
    createAppleKeystore({ hardware: HEALTHY_IPHONE, vendors, app: () => ({ ...app, ...changes }) });
  const keystore = running({});
  const development = running({ environment: 'development' });
  const other = running({ bundleId: `${app.bundleId}.other` });
  const attest = async ({ appAttest }: typeof keystore, hash: Uint8Array) => {
    const id = await appAttest.generateKey();
    return { keyId: id, object: await appAttest.attest(id, hash) };
  };
  let count = 0;
  let attested: Uint8Array | null = null;
  const appAttestKeyId = (): Uint8Array => {
    if (attested === null) throw new Error('this phone attested no key yet');
    return attested;
  };
  const newKey = async (): Promise<MintedKey> => {
    const alias = `key-${++count}`;
    const level = 'secure-enclave';
    const { spki } = await keystore.generate({ alias, algorithm: 'ec-p256', level });
    return { spki, privateKey: keystore.tlsKey(alias) };
  };
  return {
    appAttestKeyId,
    async mint(asked, given) {
      const key = given ?? (await newKey());
      const csr = certificationRequest(key, asked.nonce);
      const submission = await attest(keystore, asked.binding('app-attest', csr));
      attested = submission.keyId;
      return { key, csr, evidence: { format: 'app-attest-attestation', ...submission } };
    },
    async mintAsserted(asked, given) {
      const key = given ?? (await newKey());
      const csr = certificationRequest(key, asked.nonce);
      const keyId = appAttestKeyId();
      const assertion = await keystore.appAttest.assert(keyId, asked.binding('app-attest', csr));
      return { key, csr, evidence: { format: 'app-attest-assertion', assertion, keyId } };
    },
    async means(asked, csr) {
      const hash = asked.binding('app-attest', csr);
      return {
        attacker: createAttackerKey(),
        earlier: await attest(keystore, new Uint8Array(hash.length)),
        developmentBuild: await attest(development, hash),
        otherApp: await attest(other, hash),
      };
    },
    assert: (hash) => keystore.appAttest.assert(appAttestKeyId(), hash),
  };
}

const HEALTHY_IPHONE = {
  ...{ secureEnclave: true, appAttestSupported: true, passcodeSet: true },
  ...{ osVersion: '18.5', osBuild: '22F76' },
} as const;

function healthyAndroid(now: Date): AndroidHardware {
  return {
    ...{ apiLevel: 35, osVersion: '15', strongbox: false, tee: true, provisioning: 'rkp' },
    boot: { locked: true, state: 'verified' },
    // Policies ask how old the patches are.
    securityPatch: new Date(now.getTime() - 20 * DAY_MS).toISOString().slice(0, 10),
  };
}

function packageOf({ android }: ReferenceValues) {
  const [packageName] = android.packages;
  if (packageName === undefined) throw new Error('reference values without a package');
  const signerDigests = android.signerDigests.map((hex) => fromHex(hex) ?? new Uint8Array());
  return { packageName, versionCode: 1, signerDigests };
}

function appOf({ apple }: ReferenceValues): AppleApp {
  const [bundleId] = apple.bundleIds;
  if (bundleId === undefined) throw new Error('reference values without a bundle');
  return { teamId: apple.teamId, bundleId, bundleVersion: '1', environment: apple.environment };
}

/** A certification request for a key and a challenge. */
export function certificationRequest(key: MintedKey, nonce: Uint8Array): Uint8Array {
  const signer = (info: Uint8Array) => new Uint8Array(sign('sha256', info, key.privateKey));
  return buildCsr({ commonName: 'phone', spki: key.spki, nonce, sign: signer });
}
