import { concatBytes, toHex, u16, utf8 } from '../../encoding/bytes.js';
import { encodeCbor } from '../../encoding/cbor.js';
import { EXTENSION_OID, type NewExtension } from '../../encoding/certificate-builder.js';
import { coseP256 } from '../../encoding/cose.js';
import { der } from '../../encoding/der-writer.js';
import { NAME_OID } from '../../encoding/distinguished-name.js';
import { keyUsageExtension, type Authority } from './authority.js';

/** Which of Apple's two attestation environments an app is built for. */
export type AppAttestEnvironment = 'development' | 'production';

/** An iOS app as its signature and Info.plist name it. */
export interface AppleApp {
  readonly teamId: string;
  readonly bundleId: string;
  /** CFBundleVersion. */
  readonly bundleVersion: string;
  readonly environment: AppAttestEnvironment;
}

/** The system that an attestation is made on. */
export interface AppleSystem {
  /** Such as `17.2.1`. */
  readonly osVersion: string;
  /** Such as `21C66`. */
  readonly osBuild: string;
}

/** What a credential certificate attests. */
export interface AttestedCredential {
  readonly app: AppleApp;
  readonly system: AppleSystem;
  /** SHA-256 of the point. */
  readonly keyId: Uint8Array;
  readonly spki: Uint8Array;
  /** SHA-256 of authenticator data and client data hash. */
  readonly nonce: Uint8Array;
}

/** `TEAMID.bundle`. */
export function appIdOf(app: AppleApp): string {
  return `${app.teamId}.${app.bundleId}`;
}

const FLAG_ATTESTED_CREDENTIAL = 0x40;

const AAGUIDS = {
  development: utf8('appattestdevelop'),
  production: concatBytes(utf8('appattest'), new Uint8Array(7)),
} as const;

// Development builds are category 3, those of the App Store 4; a little-endian 32-bit number.
const VALIDATION_CATEGORIES = {
  development: Uint8Array.of(3, 0, 0, 0),
  production: Uint8Array.of(4, 0, 0, 0),
} as const;

const DAY_MS = 86_400_000;

/** Authenticator data of an attestation: 164 bytes, from iOS 27 on with a CBOR map behind them. */
export function attestationAuthData(credential: {
  readonly app: AppleApp;
  readonly system: AppleSystem;
  readonly rpIdHash: Uint8Array;
  readonly keyId: Uint8Array;
  readonly point: Uint8Array;
}): Uint8Array {
  const { app, system, rpIdHash, keyId, point } = credential;
  const extensions = hasExtensions(system)
    ? encodeCbor(
        new Map<string, unknown>([
          ['apple_bundle_version_01', app.bundleVersion],
          ['apple_validation_category_01', VALIDATION_CATEGORIES[app.environment]],
        ]),
      )
    : new Uint8Array();
  return concatBytes(
    rpIdHash,
    // The extension flag stays clear even where extensions follow: so do iOS 27 phones.
    Uint8Array.of(FLAG_ATTESTED_CREDENTIAL),
    u32(0),
    AAGUIDS[app.environment],
    u16(keyId.length),
    keyId,
    encodeCbor(coseP256(point)),
    extensions,
  );
}

/** Authenticator data of an assertion: 37 bytes. */
export function assertionAuthData(rpIdHash: Uint8Array, counter: number): Uint8Array {
  return concatBytes(rpIdHash, Uint8Array.of(FLAG_ATTESTED_CREDENTIAL), u32(counter));
}

/** The attestation object in Apple's member order. */
export function encodeAttestationObject(parts: {
  readonly x5c: readonly Uint8Array[];
  readonly receipt: Uint8Array;
  readonly authData: Uint8Array;
}): Uint8Array {
  const statement = new Map<string, unknown>([
    ['x5c', parts.x5c],
    ['receipt', parts.receipt],
  ]);
  return encodeCbor(
    new Map<string, unknown>([
      ['fmt', 'apple-appattest'],
      ['attStmt', statement],
      ['authData', parts.authData],
    ]),
  );
}

/** The assertion object in Apple's member order. */
export function encodeAssertion(signature: Uint8Array, authenticatorData: Uint8Array): Uint8Array {
  return encodeCbor(
    new Map([
      ['signature', signature],
      ['authenticatorData', authenticatorData],
    ]),
  );
}

/** The credential certificate: valid for three days, its name the key id. */
export function issueCredential(
  authority: Authority,
  credential: AttestedCredential,
  now: Date,
): Uint8Array {
  const second = Math.floor(now.getTime() / 1000) * 1000;
  return authority.issue({
    serial: BigInt(now.getTime()),
    subject: [
      { oid: NAME_OID.commonName, value: toHex(credential.keyId) },
      { oid: NAME_OID.organizationalUnit, value: 'AAA Certification' },
      { oid: NAME_OID.organization, value: 'Apple Inc.' },
      { oid: NAME_OID.state, value: 'California' },
    ],
    notBeforeMs: second - DAY_MS,
    notAfterMs: second + 2 * DAY_MS,
    spki: credential.spki,
    extensions: credentialExtensions(credential),
  });
}

// Apple documents the nonce alone; the others are written as phones of 2024 and 2026 have them.
function credentialExtensions(credential: AttestedCredential): readonly NewExtension[] {
  const { app, system, nonce } = credential;
  const isRecent = hasExtensions(system);
  return [
    { oid: EXTENSION_OID.basicConstraints, critical: true, value: der.sequence() },
    keyUsageExtension(0, 1, 2, 3),
    ...(isRecent
      ? [{ oid: '2.5.29.37', value: der.sequence(der.oid('1.2.840.113635.100.4.24')) }]
      : []),
    { oid: '1.2.840.113635.100.8.5', value: keyUsageSet(app) },
    { oid: '1.2.840.113635.100.8.7', value: systemSet(system) },
    {
      oid: '1.2.840.113635.100.8.2',
      value: der.sequence(der.contextExplicit(1, der.octetString(nonce))),
    },
    ...(isRecent ? [{ oid: '1.2.840.113635.100.8.6', value: accessControl() }] : []),
  ];
}

function keyUsageSet(app: AppleApp): Uint8Array {
  const number = (tag: number, value: number) => der.contextExplicit(tag, der.integer(value));
  const text = (tag: number, value: string) =>
    der.contextExplicit(tag, der.octetString(utf8(value)));
  return der.sequence(
    number(4, 10),
    number(1200, 1),
    number(1201, 0),
    number(1202, 1),
    number(1203, 1),
    text(1204, appIdOf(app)),
    text(5, 'sks '),
    number(1206, 5),
    number(1207, 0),
    number(1209, 0),
    number(1210, 0),
    number(1211, 0),
  );
}

function systemSet(system: AppleSystem): Uint8Array {
  const text = (tag: number, value: string) =>
    der.contextExplicit(tag, der.octetString(utf8(value)));
  return der.sequence(
    text(1400, system.osVersion),
    der.contextExplicit(1104, der.integer(0xffff_ffff)),
    text(1403, system.osBuild),
    text(1405, system.osVersion),
    der.contextExplicit(1406, der.integer(0)),
  );
}

function accessControl(): Uint8Array {
  const operations = ['okd', 'oa', 'osgn', 'odel', 'ock'].map((operation) =>
    der.sequence(der.utf8(operation), der.contextExplicit(1, der.boolean(true))),
  );
  const rules = der.sequence(der.utf8('11'), der.sequence(...operations));
  return der.sequence(der.contextExplicit(3, der.octetString(rules)));
}

function hasExtensions(system: AppleSystem): boolean {
  return Number(system.osVersion.split('.')[0]) >= 27;
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
