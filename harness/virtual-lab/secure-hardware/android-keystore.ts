import type { KeyObject } from 'node:crypto';
import { createAttester } from './android-attester.js';
import { FAIR_CONDITIONS, type AndroidConditions } from './android-conditions.js';
import type { AndroidHardware } from './android-hardware.js';
import { KEYMINT } from './key-description.js';
import { generateMaterial, pkcs8, signWith, type KeyMaterial } from './key-material.js';
import { generationFailure, keyAbsent, notExportable, useFailure } from './keymint-errors.js';
import type {
  AndroidKeyLevel,
  AndroidKeystore,
  CertifiedKey,
  GeneratedKey,
  KeyDigest,
  KeyToCertify,
} from './secure-hardware.js';
import type { VendorRoots } from './vendor-roots.js';

/** What a keystore needs of its phone. */
export interface AndroidKeystoreOptions {
  readonly hardware: AndroidHardware;
  readonly vendors: VendorRoots;
  /** The phone's own clock, right or wrong. */
  readonly clock: () => Date;
  readonly conditions?: () => AndroidConditions;
  /** Waits as long as the operation takes on such hardware; no time at all by default. */
  readonly pause?: (operation: KeystoreOperation, level: AndroidKeyLevel) => Promise<void>;
}

/** What takes time in secure hardware. */
export type KeystoreOperation = 'generate' | 'attest' | 'sign';

interface StoredKey extends KeyMaterial {
  readonly level: AndroidKeyLevel;
  /** Whether the app holds it itself, outside of AndroidKeyStore. */
  readonly inApp: boolean;
  readonly digests: readonly KeyDigest[];
  /** As KeyMint numbers it. */
  readonly origin: number;
}

/** KeyMint: "ATTESTATION_CHALLENGE ... must be at most 128 bytes". */
const MAX_CHALLENGE_BYTES = 128;

/** A keystore over modelled secure hardware that follows KeyMint's rules and errors. */
export function createAndroidKeystore(options: AndroidKeystoreOptions): AndroidKeystore {
  const conditions = options.conditions ?? (() => FAIR_CONDITIONS);
  const pause = options.pause ?? (() => Promise.resolve());
  const keys = new Map<string, StoredKey>();
  const attest = createAttester({ ...options, conditions });

  const stored = (alias: string): StoredKey => {
    const key = keys.get(alias);
    if (key === undefined) throw keyAbsent(alias);
    return key;
  };

  // Who makes the key pair, and keeps it, makes no difference to what the hardware says of it.
  const take = async <Pair extends { readonly spki: Uint8Array }>(
    request: KeyToCertify,
    makePair: () => Promise<Pair>,
  ) => {
    const level = levelFor(request, options.hardware);
    const inApp = request.level === 'software';
    const { algorithm, challenge, packageInfo } = request;
    if (!inApp) refuseGeneration(request, conditions());
    await pause('generate', level);
    const key = {
      ...(await makePair()),
      ...{ algorithm, level, inApp, digests: [...request.digests] },
      origin:
        !inApp && conditions().keysImported ? KEYMINT.origin.imported : KEYMINT.origin.generated,
    };
    const { spki } = key;
    if (challenge === undefined || inApp) return { key, described: { level, spki } };
    await pause('attest', level);
    const attestationChain = attest(key, { challenge, packageInfo });
    return { key, described: { level, spki, attestationChain } };
  };

  return {
    async generate(request): Promise<GeneratedKey<AndroidKeyLevel>> {
      const { key, described } = await take(request, () => generateMaterial(request.algorithm));
      keys.set(request.alias, key);
      return described;
    },

    async certify(request, spki): Promise<GeneratedKey<AndroidKeyLevel>> {
      return (await take(request, () => Promise.resolve({ spki }))).described;
    },

    async admit(key, digest): Promise<void> {
      refuseUse(key, digest, conditions());
      await pause('sign', key.level);
    },

    async sign(alias, data, digest): Promise<Uint8Array> {
      const key = stored(alias);
      if (!key.inApp) refuseUse(key, digest, conditions());
      await pause('sign', key.level);
      return signWith(key, data, digest);
    },

    exportPrivate(alias): Uint8Array {
      const key = stored(alias);
      if (!key.inApp) throw notExportable(alias);
      return pkcs8(key);
    },

    tlsKey(alias): KeyObject {
      const key = stored(alias);
      // Conscrypt digests itself and asks the key for NONEwithECDSA.
      if (!key.inApp) refuseUse(key, 'none', conditions());
      return key.privateKey;
    },

    publicKey: (alias) => stored(alias).spki,
    delete: (alias) => void keys.delete(alias),
    aliases: () => [...keys.keys()],
  };
}

function levelFor(request: KeyToCertify, hardware: AndroidHardware): AndroidKeyLevel {
  switch (request.level) {
    case 'strongbox':
      if (!hardware.strongbox) throw generationFailure('hardwareTypeUnavailable');
      return 'strongbox';
    case 'tee':
      return hardware.tee ? 'tee' : 'software';
    case 'software':
      return 'software';
  }
}

function refuseGeneration(request: KeyToCertify, conditions: AndroidConditions): void {
  if (conditions.beforeFirstUnlock) throw generationFailure('locked');
  if (conditions.hardwareBusy) throw generationFailure('secureHardwareBusy');
  if (request.level === 'strongbox' && conditions.strongBoxFailing) {
    throw generationFailure('unsupportedKeySize');
  }
  if ((request.challenge?.length ?? 0) > MAX_CHALLENGE_BYTES) {
    throw generationFailure('invalidInputLength');
  }
}

function refuseUse(key: CertifiedKey, digest: KeyDigest, conditions: AndroidConditions): void {
  if (conditions.beforeFirstUnlock) throw useFailure('locked');
  if (conditions.hardwareBusy) throw useFailure('secureHardwareBusy');
  if (!key.digests.includes(digest)) throw useFailure('incompatibleDigest');
}
