import { sign, type KeyObject } from 'node:crypto';
import {
  createAttackerKey,
  type AndroidKeyMeans,
  type AppAttestMeans,
  type AppAttestSubmission,
} from '../../attacks/index.js';
import { fromHex } from '../../encoding/bytes.js';
import { buildCsr } from '../../evidence/csr/index.js';
import { enrolmentBinding, keyId, type EnrolmentPurpose } from '../../evidence/formats/index.js';
import type { ReferenceValues } from '../../farm/reference-values.js';
import {
  createAndroidKeystore,
  createAppleKeystore,
  type AndroidHardware,
  type AppleApp,
  type VendorRoots,
} from '../../virtual-lab/secure-hardware/index.js';

/** A key in a phone's hardware; that it can be had here is what makes the phone virtual. */
export interface MintedKey {
  readonly spki: Uint8Array;
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

/** What a phone makes for a challenge. */
export interface Minted {
  readonly key: MintedKey;
  /** DER. */
  readonly csr: Uint8Array;
}

/** For what evidence is minted. */
export interface Asked {
  readonly nonce: Uint8Array;
  readonly purpose: EnrolmentPurpose;
}

/** An Android phone with a TEE, and what attackers need besides. */
export interface MintingAndroid {
  mint(asked: Asked): Promise<Minted & { readonly chain: readonly Uint8Array[] }>;
  /** What attacks on the evidence minted last may take from. */
  means(asked: Asked): Promise<AndroidKeyMeans>;
}

/** An iPhone, and what attackers need besides. */
export interface MintingIPhone {
  mint(asked: Asked): Promise<Minted & { readonly submission: AppAttestSubmission }>;
  means(asked: Asked & Pick<Minted, 'csr'>): Promise<AppAttestMeans>;
  /** A key that nothing vouches for yet, and its certification request. */
  newKey(nonce: Uint8Array, key?: MintedKey): Promise<Minted>;
  /** What is bound to a challenge and a request. */
  bindingOf(asked: Asked & Pick<Minted, 'csr'>): Uint8Array;
  /** By the App Attest key that was attested last. */
  assert(clientDataHash: Uint8Array): Promise<Uint8Array>;
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
  let [count, alias] = [0, ''];
  const generate = (store: typeof keystore, { nonce, purpose }: Asked) => {
    alias = `key-${++count}`;
    const { rpId } = values.relyingParty;
    return store.generate({
      ...{ alias, algorithm: 'ec-p256', level: 'tee', digests: ['none', 'sha256'] },
      challenge: enrolmentBinding({ rpId, purpose, nonce }),
      packageInfo: packageOf(values),
    });
  };
  return {
    async mint(asked) {
      const { spki, attestationChain = [] } = await generate(keystore, asked);
      const key = { spki, keyId: keyId(spki), privateKey: keystore.tlsKey(alias) };
      return { key, csr: csrOf(key, asked.nonce), chain: attestationChain };
    },
    async means(asked) {
      const attested = alias;
      const earlier = await generate(keystore, { ...asked, nonce: new Uint8Array(32) });
      const software = await generate(emulator, asked);
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
  const { rpId } = values.relyingParty;
  const running = (changes: Partial<AppleApp>) =>
    createAppleKeystore({ hardware: HEALTHY_IPHONE, vendors, app: () => ({ ...app, ...changes }) });
  const keystore = running({});
  const development = running({ environment: 'development' });
  const other = running({ bundleId: `${app.bundleId}.other` });
  const bindingOf: MintingIPhone['bindingOf'] = (bound) => enrolmentBinding({ rpId, ...bound });
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
  const newKey: MintingIPhone['newKey'] = async (nonce, given) => {
    if (given !== undefined) return { key: given, csr: csrOf(given, nonce) };
    const alias = `key-${++count}`;
    const level = 'secure-enclave';
    const { spki } = await keystore.generate({ alias, algorithm: 'ec-p256', level });
    const key = { spki, keyId: keyId(spki), privateKey: keystore.tlsKey(alias) };
    return { key, csr: csrOf(key, nonce) };
  };
  return {
    ...{ newKey, bindingOf, appAttestKeyId },
    async mint({ nonce, purpose }) {
      const minted = await newKey(nonce);
      const submission = await attest(keystore, bindingOf({ nonce, purpose, csr: minted.csr }));
      attested = submission.keyId;
      return { ...minted, submission };
    },
    async means(asked) {
      const hash = bindingOf(asked);
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

function csrOf(key: MintedKey, nonce: Uint8Array): Uint8Array {
  const signer = (info: Uint8Array) => new Uint8Array(sign('sha256', info, key.privateKey));
  return buildCsr({ commonName: 'phone', spki: key.spki, nonce, sign: signer });
}
