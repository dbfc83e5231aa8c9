import { createHash } from 'node:crypto';
import { concatBytes, u16, utf8 } from '../../encoding/bytes.js';
import { encodeCbor } from '../../encoding/cbor.js';
import { authorityExtensions, type NewExtension } from '../../encoding/certificate-builder.js';
import { coseP256 } from '../../encoding/cose.js';
import { der } from '../../encoding/der-writer.js';
import { CREDENTIAL_EXTENSION_OID } from '../../evidence/app-attest/index.js';
import { APP_ID, CLIENT_DATA_HASH } from './apple-app.js';
import { commonName, mintCertificate, NOW } from './certificate.js';
import { mintReceipt } from './receipt.js';
import { testKey, type TestKey } from './test-key.js';

/** An authority of Apple's hierarchy, as the corpus has it. */
export interface TestAuthority {
  readonly key: TestKey;
  readonly name: string;
  /** DER. */
  readonly certificate: Uint8Array;
}

/** The attested key, and another one. */
export const APPLE_KEYS = { attested: testKey('apple attested'), other: testKey('apple other') };

/** The root of App Attest. */
export const APPLE_ROOT = authority('attestlab corpus App Attest root');

// A public verifier finds the authority in x5c by Apple's name for it, and would see none otherwise.
const INTERMEDIATE_NAME = 'attestlab corpus Apple App Attestation CA 1';

/** The authority below it. */
export const APPLE_INTERMEDIATE = authority(INTERMEDIATE_NAME, APPLE_ROOT);

/** A certificate below the root that makes nobody an authority. */
export const APPLE_NO_AUTHORITY = authority(`${INTERMEDIATE_NAME}, no authority`, APPLE_ROOT, []);

/** An authority below the root whose certificate carries these extensions. */
export function authorityWith(word: string, extensions: readonly NewExtension[]): TestAuthority {
  return authority(`${INTERMEDIATE_NAME}, ${word}`, APPLE_ROOT, extensions);
}

/** Everything that an attestation may deviate in. */
export interface AttestationChanges {
  readonly appId?: string;
  readonly aaguid?: string;
  readonly flags?: number;
  /** Big-endian bytes of the counter. */
  readonly counter?: Uint8Array;
  readonly credentialId?: Uint8Array;
  readonly coseKeyOf?: TestKey;
  /** Bytes behind the COSE key. */
  readonly tail?: Uint8Array;
  readonly certifiedSpki?: Uint8Array;
  readonly issuer?: TestAuthority;
  readonly issuers?: readonly Uint8Array[];
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
  /** Extensions in place of the nonce. */
  readonly extensions?: readonly NewExtension[];
  readonly receipt?: (credential: Uint8Array) => Uint8Array;
  /** x5c as it stands, in place of the credential and its issuers. */
  readonly x5c?: (chain: readonly Uint8Array[]) => unknown;
  readonly authData?: (authData: Uint8Array) => Uint8Array;
}

/** SHA-256 of a key's point: the name that an app has for it. */
export function keyIdOf({ point }: Pick<TestKey, 'point'>): Uint8Array {
  return sha256(point);
}

/** Mints an attestation object for the attested key. */
export function mintAttestation(changes: AttestationChanges = {}): Uint8Array {
  const authData = attestedData(changes);
  const issuer = changes.issuer ?? APPLE_INTERMEDIATE;
  const nonce = sha256(authData, CLIENT_DATA_HASH);
  const credential = mintCertificate({
    ...{ subject: commonName('credential'), issuer: commonName(issuer.name), by: issuer.key },
    ...{ key: { spki: changes.certifiedSpki ?? APPLE_KEYS.attested.spki }, serial: 0x10n },
    extensions: changes.extensions ?? [nonceExtension(der.octetString(nonce))],
    notBeforeMs: changes.notBeforeMs,
    notAfterMs: changes.notAfterMs,
  });
  const chain = [credential, ...(changes.issuers ?? [issuer.certificate])];
  const receipt = changes.receipt?.(credential) ?? mintReceipt({ certificate: credential });
  const statement = new Map<string, unknown>([
    ['x5c', changes.x5c?.(chain) ?? chain],
    ['receipt', receipt],
  ]);
  return encodeCbor(
    new Map<string, unknown>([
      ['fmt', 'apple-appattest'],
      ['attStmt', statement],
      ['authData', authData],
    ]),
  );
}

/** The extension that holds the nonce, around any element. */
export function nonceExtension(nonce: Uint8Array): NewExtension {
  return {
    oid: CREDENTIAL_EXTENSION_OID.nonce,
    value: der.sequence(der.contextExplicit(1, nonce)),
  };
}

/** Everything that an assertion may deviate in. */
export interface AssertionChanges {
  readonly appId?: string;
  readonly flags?: number;
  /** Big-endian bytes of the counter. */
  readonly counter?: Uint8Array;
  readonly tail?: Uint8Array;
  readonly by?: TestKey;
  /** What the app asserts. */
  readonly clientDataHash?: Uint8Array;
  /** The signature as it is sent. */
  readonly signature?: (signature: Uint8Array) => unknown;
}

/** Mints an assertion of the attested key. */
export function mintAssertion(changes: AssertionChanges = {}): Uint8Array {
  const authenticatorData = concatBytes(
    sha256(utf8(changes.appId ?? APP_ID)),
    Uint8Array.of(changes.flags ?? 0x40),
    changes.counter ?? u32(1),
    changes.tail ?? new Uint8Array(),
  );
  const nonce = sha256(authenticatorData, changes.clientDataHash ?? CLIENT_DATA_HASH);
  const signature = (changes.by ?? APPLE_KEYS.attested).sign(nonce);
  return encodeCbor(
    new Map<string, unknown>([
      ['signature', changes.signature === undefined ? signature : changes.signature(signature)],
      ['authenticatorData', authenticatorData],
    ]),
  );
}

/** Four bytes, big-endian. */
export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function attestedData(changes: AttestationChanges): Uint8Array {
  const credentialId = changes.credentialId ?? keyIdOf(APPLE_KEYS.attested);
  const good = concatBytes(
    sha256(utf8(changes.appId ?? APP_ID)),
    Uint8Array.of(changes.flags ?? 0x40),
    changes.counter ?? u32(0),
    utf8(changes.aaguid ?? 'appattest\0\0\0\0\0\0\0'),
    u16(credentialId.length),
    credentialId,
    encodeCbor(coseP256((changes.coseKeyOf ?? APPLE_KEYS.attested).point)),
    changes.tail ?? new Uint8Array(),
  );
  return changes.authData?.(good) ?? good;
}

function authority(
  name: string,
  parent?: TestAuthority,
  extensions: readonly NewExtension[] = authorityExtensions(),
): TestAuthority {
  const key = testKey(name, 'P-384');
  const issuer = parent ?? { key, name };
  const certificate = mintCertificate({
    ...{ subject: commonName(name), issuer: commonName(issuer.name), by: issuer.key },
    ...{ key, extensions, serial: BigInt(name.length) },
    notBeforeMs: Date.parse('2020-01-01T00:00:00Z'),
    notAfterMs: NOW.getTime() + 315_360_000_000,
  });
  return { key, name, certificate };
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(
    createHash('sha256')
      .update(concatBytes(...parts))
      .digest(),
  );
}
