import { createHash } from 'node:crypto';
import { concatBytes, toHex, utf8 } from '../../encoding/bytes.js';
import { p256PointOfSpki } from '../../encoding/cose.js';
import {
  appIdOf,
  assertionAuthData,
  attestationAuthData,
  encodeAssertion,
  encodeAttestationObject,
  issueCredential,
  type AppleApp,
  type AppleSystem,
} from './app-attest-object.js';
import { mintReceipt } from './app-attest-receipt.js';
import { dcError } from './apple-errors.js';
import { generateMaterial, signWith, type KeyMaterial } from './key-material.js';
import type { AppAttestService } from './secure-hardware.js';
import type { VendorRoots } from './vendor-roots.js';

/** What App Attest needs of its phone. */
export interface AppAttestOptions {
  readonly vendors: VendorRoots;
  /** False on a simulator and in most app extensions. */
  readonly supported: boolean;
  readonly system: AppleSystem;
  /** The app that is calling. */
  readonly app: () => AppleApp;
  /** Apple's service; read once per attestation. */
  readonly server: () => 'available' | 'unavailable' | 'failing';
  readonly pause: (operation: 'generate' | 'attest' | 'sign') => Promise<void>;
}

interface AppAttestKey extends KeyMaterial {
  readonly point: Uint8Array;
  isAttested: boolean;
  counter: number;
}

/** DCAppAttestService with its keys and the part of it that runs at Apple. */
export function createAppAttestService(options: AppAttestOptions): AppAttestService & {
  /** Keys end with the app: a reinstall starts anew. */
  forgetKeys(): void;
} {
  const { vendors, system } = options;
  const keys = new Map<string, AppAttestKey>();

  const stored = (keyId: Uint8Array): AppAttestKey => {
    if (!options.supported) throw dcError('featureUnsupported', 'App Attest is not supported');
    const key = keys.get(toHex(keyId));
    if (key === undefined) throw dcError('invalidKey', 'no such key on this phone');
    return key;
  };

  return {
    supported: options.supported,

    async generateKey(): Promise<Uint8Array> {
      if (!options.supported) throw dcError('featureUnsupported', 'App Attest is not supported');
      await options.pause('generate');
      const material = await generateMaterial('ec-p256');
      const point = p256PointOfSpki(material.spki);
      if (point === null) throw new Error('a P-256 key without a point');
      const keyId = sha256(point);
      keys.set(toHex(keyId), { ...material, point, isAttested: false, counter: 0 });
      return keyId;
    },

    async attest(keyId, clientDataHash): Promise<Uint8Array> {
      const key = stored(keyId);
      refuseInput(clientDataHash);
      // DCError.invalidKey: "the key was already attested".
      if (key.isAttested) throw dcError('invalidKey', 'the key was already attested');
      refuseByServer(options.server());
      // From here on a second call finds the key attested, however long the service takes.
      key.isAttested = true;
      await options.pause('attest');
      return attestation(key, { keyId, clientDataHash, app: options.app(), system, vendors });
    },

    async assert(keyId, clientDataHash): Promise<Uint8Array> {
      const key = stored(keyId);
      refuseInput(clientDataHash);
      if (!key.isAttested) throw dcError('invalidKey', 'the key was never attested');
      key.counter += 1;
      const authData = assertionAuthData(rpIdHash(options.app()), key.counter);
      await options.pause('sign');
      // The message is the nonce, and ECDSA with SHA-256 digests it once more.
      const nonce = sha256(concatBytes(authData, clientDataHash));
      return encodeAssertion(signWith(key, nonce, 'sha256'), authData);
    },

    forgetKeys: () => {
      keys.clear();
    },
  };
}

interface AttestationCall {
  readonly keyId: Uint8Array;
  readonly clientDataHash: Uint8Array;
  readonly app: AppleApp;
  readonly system: AppleSystem;
  readonly vendors: VendorRoots;
}

function attestation(key: AppAttestKey, call: AttestationCall): Uint8Array {
  const { app, system, keyId, clientDataHash, vendors } = call;
  const now = vendors.now();
  const authData = attestationAuthData({
    ...{ app, system, keyId },
    rpIdHash: rpIdHash(app),
    point: key.point,
  });
  const nonce = sha256(concatBytes(authData, clientDataHash));
  const { spki } = key;
  const leaf = issueCredential(vendors.appAttest, { app, system, keyId, spki, nonce }, now);
  const receipt = mintReceipt(vendors.receipts, {
    appId: appIdOf(app),
    certificate: leaf,
    clientDataHash,
    environment: app.environment,
    createdAt: now,
  });
  return encodeAttestationObject({
    x5c: [leaf, vendors.appAttest.certificate],
    receipt,
    authData,
  });
}

function refuseByServer(server: ReturnType<AppAttestOptions['server']>): void {
  switch (server) {
    case 'available':
      return;
    case 'unavailable':
      throw dcError('serverUnavailable', 'no answer from Apple');
    case 'failing':
      throw dcError('unknownSystemFailure', 'the system failed');
  }
}

function refuseInput(clientDataHash: Uint8Array): void {
  // Apple's samples hand in raw challenges, so any length but none is taken.
  if (clientDataHash.length === 0) throw dcError('invalidInput', 'the client data hash is empty');
}

function rpIdHash(app: AppleApp): Uint8Array {
  return sha256(utf8(appIdOf(app)));
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
