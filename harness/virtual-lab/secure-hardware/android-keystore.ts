import type { KeyObject } from 'node:crypto';
import { NAME_OID } from '../../encoding/distinguished-name.js';
import { KEY_DESCRIPTION_OID } from '../../evidence/android-key/index.js';
import {
  moduleHash,
  recordVersions,
  rootOfTrust,
  systemNumbers,
  type AndroidHardware,
} from './android-hardware.js';
import { keyUsageExtension } from './authority.js';
import { encodeKeyDescription, KEYMINT, type HardwareAuthorizations } from './key-description.js';
import { generateMaterial, pkcs8, signWith, type KeyMaterial } from './key-material.js';
import {
  generationFailure,
  keyAbsent,
  notExportable,
  provisioningFailure,
  useFailure,
} from './keymint-errors.js';
import type {
  AndroidKeyLevel,
  AndroidKeyRequest,
  AndroidKeystore,
  GeneratedKey,
  KeyDigest,
} from './secure-hardware.js';
import type { AttestationSigner, VendorRoots } from './vendor-roots.js';

/** What befalls a phone's keystore from outside; read anew at every call. */
export interface AndroidConditions {
  /** The owner has not unlocked the phone since it started: credential storage is closed. */
  readonly beforeFirstUnlock: boolean;
  /** The secure world answers "busy": worth another try, no reason to take a lower level. */
  readonly hardwareBusy: boolean;
  /** The pool of remotely provisioned keys; `refused`: the vendor's server issues none. */
  readonly attestationKeys: 'available' | 'exhausted' | 'refused';
  readonly online: boolean;
}

/** Conditions under which everything works. */
export const FAIR_CONDITIONS: AndroidConditions = {
  beforeFirstUnlock: false,
  hardwareBusy: false,
  attestationKeys: 'available',
  online: true,
};

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
}

/** KeyMint: "ATTESTATION_CHALLENGE ... must be at most 128 bytes". */
const MAX_CHALLENGE_BYTES = 128;

// What KeyGenParameterSpec gives to every certificate of a key.
const LEAF_VALIDITY = { notBeforeMs: 0, notAfterMs: Date.UTC(2048, 0, 1) };
const LEAF_SUBJECT = [{ oid: NAME_OID.commonName, value: 'Android Keystore Key' }];

const RENEW_BEFORE_MS = 86_400_000;

const DIGITAL_SIGNATURE = 0;

/** A keystore over modelled secure hardware that follows KeyMint's rules and errors. */
export function createAndroidKeystore(options: AndroidKeystoreOptions): AndroidKeystore {
  const conditions = options.conditions ?? (() => FAIR_CONDITIONS);
  const pause = options.pause ?? (() => Promise.resolve());
  const keys = new Map<string, StoredKey>();
  const attest = createAttester(options, conditions);

  const stored = (alias: string): StoredKey => {
    const key = keys.get(alias);
    if (key === undefined) throw keyAbsent(alias);
    return key;
  };

  return {
    async generate(request): Promise<GeneratedKey<AndroidKeyLevel>> {
      const level = levelFor(request, options.hardware);
      const inApp = request.level === 'software';
      const { challenge } = request;
      if (!inApp) refuseGeneration(request, conditions());
      await pause('generate', level);
      const key: StoredKey = {
        ...(await generateMaterial(request.algorithm)),
        level,
        inApp,
        digests: [...request.digests],
      };
      if (challenge === undefined || inApp) {
        keys.set(request.alias, key);
        return { level, spki: key.spki };
      }
      await pause('attest', level);
      const attestationChain = attest(key, { ...request, challenge });
      keys.set(request.alias, key);
      return { level, spki: key.spki, attestationChain };
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

function levelFor(request: AndroidKeyRequest, hardware: AndroidHardware): AndroidKeyLevel {
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

function refuseGeneration(request: AndroidKeyRequest, conditions: AndroidConditions): void {
  if (conditions.beforeFirstUnlock) throw generationFailure('locked');
  if (conditions.hardwareBusy) throw generationFailure('secureHardwareBusy');
  if ((request.challenge?.length ?? 0) > MAX_CHALLENGE_BYTES) {
    throw generationFailure('invalidInputLength');
  }
}

function refuseUse(key: StoredKey, digest: KeyDigest, conditions: AndroidConditions): void {
  if (conditions.beforeFirstUnlock) throw useFailure('locked');
  if (conditions.hardwareBusy) throw useFailure('secureHardwareBusy');
  if (!key.digests.includes(digest)) throw useFailure('incompatibleDigest');
}

type AttestedRequest = AndroidKeyRequest & { readonly challenge: Uint8Array };
type Attester = (key: StoredKey, request: AttestedRequest) => readonly Uint8Array[];

function createAttester(
  options: AndroidKeystoreOptions,
  conditions: () => AndroidConditions,
): Attester {
  const { hardware, vendors, clock } = options;
  const held = new Map<AndroidKeyLevel, AttestationSigner>();

  const signerFor = (level: AndroidKeyLevel): AttestationSigner => {
    if (level === 'software') return vendors.softwareSigner();
    if (hardware.provisioning === 'rkp') refuseProvisioning(conditions());
    const before = held.get(level);
    if (before !== undefined && !isRunningOut(before, vendors.now())) return before;
    const signer = vendors.attestationSigner(level, hardware.provisioning);
    held.set(level, signer);
    return signer;
  };

  return (key, request) => {
    const { authority, chain } = signerFor(key.level);
    const record = encodeKeyDescription({
      ...recordVersions(hardware),
      level: key.level,
      challenge: request.challenge,
      createdAtMs: clock().getTime(),
      moduleHash: moduleHash(hardware),
      app: request.packageInfo,
      authorizations: authorizations(key, hardware),
    });
    const leaf = authority.issue({
      ...LEAF_VALIDITY,
      serial: 1n,
      subject: LEAF_SUBJECT,
      spki: key.spki,
      extensions: [
        keyUsageExtension(DIGITAL_SIGNATURE),
        { oid: KEY_DESCRIPTION_OID, value: record },
      ],
    });
    return [leaf, ...chain];
  };
}

function refuseProvisioning(conditions: AndroidConditions): void {
  switch (conditions.attestationKeys) {
    case 'available':
      return;
    case 'exhausted':
      throw provisioningFailure(
        conditions.online ? 'temporarily-unavailable' : 'pending-connectivity',
      );
    case 'refused':
      throw provisioningFailure('server-refused');
  }
}

function isRunningOut(signer: AttestationSigner, now: Date): boolean {
  return signer.authority.validity.notAfterMs - now.getTime() < RENEW_BEFORE_MS;
}

function authorizations(key: StoredKey, hardware: AndroidHardware): HardwareAuthorizations {
  const isRsa = key.algorithm === 'rsa-2048';
  return {
    purposes: [KEYMINT.purpose.sign],
    algorithm: isRsa ? KEYMINT.algorithm.rsa : KEYMINT.algorithm.ec,
    keySize: isRsa ? 2048 : 256,
    digests: key.digests.map((digest) => KEYMINT.digest[digest]),
    paddings: isRsa ? [KEYMINT.padding.rsaPkcs1Sign] : [],
    ecCurve: isRsa ? null : KEYMINT.curveP256,
    rsaExponent: isRsa ? 65_537 : null,
    origin: KEYMINT.originGenerated,
    rootOfTrust: key.level === 'software' ? null : rootOfTrust(hardware),
    ...systemNumbers(hardware),
  };
}
