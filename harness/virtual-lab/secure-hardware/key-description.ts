import { utf8 } from '../../encoding/bytes.js';
import { der } from '../../encoding/der-writer.js';

/** Security levels as a key description numbers them. */
export const SECURITY_LEVEL = { software: 0, tee: 1, strongbox: 2 } as const;

/** Boot states as a root of trust numbers them. */
export const BOOT_STATE = { verified: 0, 'self-signed': 1, unverified: 2, failed: 3 } as const;

/** KeyMint's numbers for what a key may do and how. */
export const KEYMINT = {
  purpose: { sign: 2, verify: 3, attestKey: 7 },
  algorithm: { rsa: 1, ec: 3 },
  digest: { none: 0, sha256: 4 },
  padding: { rsaPkcs1Sign: 5 },
  curveP256: 1,
  origin: { generated: 0, imported: 2 },
} as const;

/** The verified boot state that a phone's boot loader handed to its secure world. */
export interface RootOfTrust {
  /** 32 bytes: digest of the key that verified the system, zeros where none did. */
  readonly bootKey: Uint8Array;
  readonly locked: boolean;
  readonly state: keyof typeof BOOT_STATE;
  /** 32 bytes: digest of what was booted; written from attestation version 3. */
  readonly bootHash: Uint8Array;
}

/** What KeyMint says of a key and of the phone that made it. */
export interface HardwareAuthorizations {
  readonly purposes: readonly number[];
  readonly algorithm: number;
  readonly keySize: number;
  readonly digests: readonly number[];
  readonly paddings: readonly number[];
  readonly ecCurve: number | null;
  readonly rsaExponent: number | null;
  readonly origin: number;
  readonly rootOfTrust: RootOfTrust | null;
  readonly osVersion: number;
  readonly osPatchLevel: number;
  readonly vendorPatchLevel: number;
  readonly bootPatchLevel: number;
}

/** The app that asked, as the system server names it. */
export interface AttestedApp {
  readonly packageName: string;
  readonly versionCode: number;
  /** SHA-256 digests of the signing certificates. */
  readonly signerDigests: readonly Uint8Array[];
}

/** One record. */
export interface KeyDescriptionContent {
  readonly attestationVersion: number;
  readonly keyMintVersion: number;
  readonly level: keyof typeof SECURITY_LEVEL;
  readonly challenge: Uint8Array;
  readonly createdAtMs: number;
  /** Digest over the system's modules; written from attestation version 400. */
  readonly moduleHash: Uint8Array;
  readonly app: AttestedApp;
  readonly authorizations: HardwareAuthorizations;
}

/**
 * KeyDescription as phones write it (source.android.com, "Key and ID attestation", schema): level
 * twice, challenge, no unique id, then what the system says and what the secure hardware says,
 * tags ascending. A software key's authorizations all stand in the software list.
 */
export function encodeKeyDescription(content: KeyDescriptionContent): Uint8Array {
  const level = SECURITY_LEVEL[content.level];
  const system = [
    tagged(701, der.integer(content.createdAtMs)),
    tagged(709, der.octetString(applicationId(content.app))),
    ...(content.attestationVersion >= 400
      ? [tagged(724, der.octetString(content.moduleHash))]
      : []),
  ];
  const hardware = authorizationList(content);
  const isSoftware = content.level === 'software';
  return der.sequence(
    der.integer(content.attestationVersion),
    der.enumerated(level),
    der.integer(content.keyMintVersion),
    der.enumerated(level),
    der.octetString(content.challenge),
    der.octetString(),
    list(isSoftware ? [...system, ...hardware] : system),
    list(isSoftware ? [] : hardware),
  );
}

interface Tagged {
  readonly tag: number;
  readonly value: Uint8Array;
}

function tagged(tag: number, value: Uint8Array): Tagged {
  return { tag, value };
}

function list(entries: readonly Tagged[]): Uint8Array {
  const ascending = [...entries].sort((left, right) => left.tag - right.tag);
  return der.sequence(...ascending.map(({ tag, value }) => der.contextExplicit(tag, value)));
}

function authorizationList(content: KeyDescriptionContent): readonly Tagged[] {
  const said = content.authorizations;
  // Vendor and boot patch level came with Keymaster 4, which writes attestation version 3.
  const hasPatches = content.attestationVersion >= 3 && content.level !== 'software';
  return [
    tagged(1, integers(said.purposes)),
    tagged(2, der.integer(said.algorithm)),
    tagged(3, der.integer(said.keySize)),
    ...(said.digests.length === 0 ? [] : [tagged(5, integers(said.digests))]),
    ...(said.paddings.length === 0 ? [] : [tagged(6, integers(said.paddings))]),
    ...(said.ecCurve === null ? [] : [tagged(10, der.integer(said.ecCurve))]),
    ...(said.rsaExponent === null ? [] : [tagged(200, der.integer(said.rsaExponent))]),
    tagged(503, der.null()),
    tagged(702, der.integer(said.origin)),
    ...(said.rootOfTrust === null
      ? []
      : [tagged(704, encodeRootOfTrust(said.rootOfTrust, content.attestationVersion))]),
    tagged(705, der.integer(said.osVersion)),
    tagged(706, der.integer(said.osPatchLevel)),
    ...(hasPatches
      ? [
          tagged(718, der.integer(said.vendorPatchLevel)),
          tagged(719, der.integer(said.bootPatchLevel)),
        ]
      : []),
  ];
}

/** RootOfTrust: three elements to attestation version 2, four from then on. */
export function encodeRootOfTrust(root: RootOfTrust, attestationVersion: number): Uint8Array {
  return der.sequence(
    der.octetString(root.bootKey),
    der.boolean(root.locked),
    der.enumerated(BOOT_STATE[root.state]),
    ...(attestationVersion >= 3 ? [der.octetString(root.bootHash)] : []),
  );
}

function applicationId(app: AttestedApp): Uint8Array {
  const named = der.sequence(der.octetString(utf8(app.packageName)), der.integer(app.versionCode));
  return der.sequence(
    der.set(named),
    der.set(...app.signerDigests.map((digest) => der.octetString(digest))),
  );
}

function integers(values: readonly number[]): Uint8Array {
  return der.set(...values.map((value) => der.integer(value)));
}
