import type { KeyObject } from 'node:crypto';
import type { AppleApp, AppleSystem } from './app-attest-object.js';
import { createAppAttestService } from './app-attest-service.js';
import { osStatus } from './apple-errors.js';
import { generateMaterial, pkcs8, signWith, type KeyMaterial } from './key-material.js';
import type {
  AppleKeyLevel,
  AppleKeyRequest,
  AppleKeystore,
  GeneratedKey,
} from './secure-hardware.js';
import type { VendorRoots } from './vendor-roots.js';

/** What an iPhone is made of, as far as its keys go. */
export interface AppleHardware extends AppleSystem {
  /** Without one it is a simulator. */
  readonly secureEnclave: boolean;
  readonly appAttestSupported: boolean;
  readonly passcodeSet: boolean;
}

/**
 * What befalls an iPhone's keys from outside. Asked for anew at every call, and each member read
 * only where it would strike, once per operation.
 */
export interface AppleConditions {
  /** Keys of class WhenUnlockedThisDeviceOnly are closed while the screen is locked. */
  readonly screenLocked: boolean;
  /** Apple's attestation service; `failing` says that the key is to be given up. */
  readonly appAttest: 'available' | 'unavailable' | 'failing';
}

/** What takes time on an iPhone. */
export type AppleOperation = 'generate' | 'attest' | 'sign';

/** What an iPhone's keystore needs. */
export interface AppleKeystoreOptions {
  readonly hardware: AppleHardware;
  readonly vendors: VendorRoots;
  /** The app that is calling. */
  readonly app: () => AppleApp;
  readonly conditions?: () => AppleConditions;
  /** Waits as long as the operation takes on such hardware; no time at all by default. */
  readonly pause?: (operation: AppleOperation, level: AppleKeyLevel) => Promise<void>;
}

interface StoredKey extends KeyMaterial {
  readonly level: AppleKeyLevel;
}

const FAIR_CONDITIONS: AppleConditions = { screenLocked: false, appAttest: 'available' };

/** A keychain over a modelled Secure Enclave that follows Security.framework's rules and errors. */
export function createAppleKeystore(options: AppleKeystoreOptions): AppleKeystore & {
  /** The app was removed: keychain items stay, App Attest keys do not. */
  appRemoved(): void;
} {
  const { hardware } = options;
  const conditions = options.conditions ?? (() => FAIR_CONDITIONS);
  const pause = options.pause ?? (() => Promise.resolve());
  const keys = new Map<string, StoredKey>();

  const stored = (alias: string): StoredKey => {
    const key = keys.get(alias);
    if (key === undefined) throw osStatus('itemNotFound', `no key under the tag ${alias}`);
    return key;
  };
  const appAttest = createAppAttestService({
    vendors: options.vendors,
    supported: hardware.appAttestSupported && hardware.secureEnclave,
    system: hardware,
    app: options.app,
    server: () => conditions().appAttest,
    pause: (operation) => pause(operation, 'secure-enclave'),
  });

  return {
    async generate(request): Promise<GeneratedKey<AppleKeyLevel>> {
      refuseGeneration(request, hardware);
      refuseLocked(conditions());
      await pause('generate', request.level);
      const { level } = request;
      const key = { ...(await generateMaterial(request.algorithm)), level };
      keys.set(request.alias, key);
      return { level, spki: key.spki };
    },

    async sign(alias, data): Promise<Uint8Array> {
      const key = stored(alias);
      refuseLocked(conditions());
      await pause('sign', key.level);
      return signWith(key, data, 'sha256');
    },

    exportPrivate(alias): Uint8Array {
      const key = stored(alias);
      if (key.level === 'secure-enclave') {
        throw osStatus('unimplemented', 'a Secure Enclave key has no external representation');
      }
      return pkcs8(key);
    },

    tlsKey(alias): KeyObject {
      const key = stored(alias);
      refuseLocked(conditions());
      return key.privateKey;
    },

    publicKey: (alias) => stored(alias).spki,
    delete: (alias) => void keys.delete(alias),
    aliases: () => [...keys.keys()],
    appAttest,
    appRemoved: () => {
      appAttest.forgetKeys();
    },
  };
}

function refuseGeneration(request: AppleKeyRequest, hardware: AppleHardware): void {
  if (request.level !== 'secure-enclave') return;
  if (!hardware.secureEnclave) {
    throw osStatus('authFailed', 'no Secure Enclave to make a private key in');
  }
  // Without a passcode there is nothing to protect it with. Phones were seen to answer -25293 too.
  if (!hardware.passcodeSet) {
    throw osStatus('notAvailable', 'no passcode is set to protect a private key with');
  }
  // kSecAttrTokenIDSecureEnclave takes kSecAttrKeyTypeECSECPrimeRandom of 256 bits alone.
  if (request.algorithm !== 'ec-p256') {
    throw osStatus('param', 'the Secure Enclave makes keys on P-256 alone');
  }
}

function refuseLocked(conditions: AppleConditions): void {
  if (conditions.screenLocked) {
    throw osStatus('interactionNotAllowed', 'the phone is locked');
  }
}
