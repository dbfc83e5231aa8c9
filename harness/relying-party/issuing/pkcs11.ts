import { createRequire } from 'node:module';
import type * as Package from 'node-webcrypto-p11';
import { HarnessError } from '../../errors.js';

export type { Crypto as Pkcs11Crypto, Pkcs11Key } from 'node-webcrypto-p11';

/** What a token says of itself, padded with blanks. */
export interface Pkcs11Token {
  readonly label: string;
  readonly manufacturerID: string;
  readonly model: string;
  readonly serialNumber: string;
}

/** A session with a token. */
export interface Pkcs11Session {
  login(pin: string): void;
  logout(): void;
  close(): void;
}

/** Where a token is. */
export interface Pkcs11Slot {
  /** Its number, in the machine's order of bytes. */
  readonly handle: Uint8Array;
  getToken(): Pkcs11Token;
  /** CKF_SERIAL_SESSION, and CKF_RW_SESSION where it writes. */
  open(flags: number): Pkcs11Session;
}

/** A module as the process has it; there is one state of it in a process. */
export interface Pkcs11Module {
  initialize(): void;
  getSlots(tokenPresent: true): { readonly length: number; items(at: number): Pkcs11Slot };
  finalize(): void;
  close(): void;
}

/** What speaks PKCS#11: WebCrypto on a token, and the sessions with modules below it. */
export interface Pkcs11Library {
  readonly Crypto: typeof Package.Crypto;
  readonly Module: { load(path: string): Pkcs11Module };
}

/** Where the library comes from. */
export type LoadPkcs11 = () => Pkcs11Library;

/**
 * Loads the library, which is compiled when it is installed and so is no dependency of everybody's.
 * Whoever keeps a key on a token installs it beside attestlab.
 */
export function loadPkcs11(load: LoadPkcs11 = () => pkcs11From(import.meta.url)): Pkcs11Library {
  try {
    return load();
  } catch (cause) {
    const isAbsent = (cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError(
      'ERR_TOKEN_LIBRARY',
      `node-webcrypto-p11 ${isAbsent ? 'is not installed' : `cannot be loaded: ${reason}`}`,
      { cause },
    );
  }
}

/** The library as a file would find it; what it stands on is found from where it is itself. */
export function pkcs11From(file: string): Pkcs11Library {
  const require = createRequire(file);
  const { Crypto } = require('node-webcrypto-p11') as typeof Package;
  const inside = createRequire(require.resolve('node-webcrypto-p11'));
  const { Module } = inside('graphene-pk11') as Pick<Pkcs11Library, 'Module'>;
  return { Crypto, Module };
}
