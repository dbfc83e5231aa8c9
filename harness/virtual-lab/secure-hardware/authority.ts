import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import {
  authorityKeyIdentifier,
  buildCertificate,
  ecSigner,
  EXTENSION_OID,
  keyIdentifierOf,
  newSerial,
  subjectKeyIdentifier,
  type CertificateSigner,
  type NewExtension,
} from '../../encoding/certificate-builder.js';
import { der } from '../../encoding/der-writer.js';
import type { NameAttribute } from '../../encoding/distinguished-name.js';

/** From when to when a certificate holds, in ms since 1970. */
export interface Validity {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** What a certificate below an authority says. */
export interface IssuedCertificate extends Validity {
  readonly serial: bigint;
  readonly subject: readonly NameAttribute[];
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly extensions: readonly NewExtension[];
}

/** An authority to be made. */
export interface NewAuthority extends Validity {
  readonly name: readonly NameAttribute[];
  readonly curve: 'P-256' | 'P-384';
  /** `authority` by default; an end entity signs messages and no certificates. */
  readonly kind?: 'authority' | 'end-entity';
  /** Digest that it signs with; by default the one of its curve's size. */
  readonly digest?: 'sha256' | 'sha384';
  /** basicConstraints pathLenConstraint; none by default. */
  readonly pathLength?: number;
  /** Bits of keyUsage (RFC 5280, 4.2.1.3); keyCertSign alone by default. */
  readonly keyUsage?: readonly number[];
  readonly serial?: bigint;
  readonly furtherExtensions?: readonly NewExtension[];
}

/** A root that outlives a process. */
export interface KeptRoot {
  /** PKCS#8, DER: secret. */
  readonly key: Uint8Array;
  /** DER; made anew where it is left out. */
  readonly certificate?: Uint8Array;
}

const KEY_CERT_SIGN = 5;

/** Curves as Node names those of a key that it has read. */
const CURVE_NAMES = { 'P-256': 'prime256v1', 'P-384': 'secp384r1' } as const;

/**
 * A certification authority of a virtual vendor. Its private key is made here, never written and
 * never handed out: it ends with the process. A root alone can be given a key that outlives it.
 */
export class Authority {
  readonly name: readonly NameAttribute[];
  readonly certificate: Uint8Array;
  readonly spki: Uint8Array;
  readonly validity: Validity;
  readonly #signer: CertificateSigner;

  private constructor(
    wanted: NewAuthority,
    {
      issuer,
      pkcs8,
      certificate,
    }: {
      readonly issuer: Authority | null;
      readonly pkcs8: Uint8Array;
      readonly certificate?: Uint8Array | undefined;
    },
  ) {
    const digest = wanted.digest ?? (wanted.curve === 'P-256' ? 'sha256' : 'sha384');
    this.name = wanted.name;
    this.spki = spkiOf(pkcs8, wanted.curve);
    this.validity = { notBeforeMs: wanted.notBeforeMs, notAfterMs: wanted.notAfterMs };
    this.#signer = ecSigner(pkcs8, digest);
    this.certificate =
      certificate ??
      (issuer ?? this).issue({
        ...this.validity,
        serial: wanted.serial ?? newSerial(),
        subject: wanted.name,
        spki: this.spki,
        extensions: authorityExtensions(wanted, this.spki, (issuer ?? this).spki),
      });
  }

  /**
   * A self-signed authority. With a key and certificate that were kept it is the same anchor each time
   * that it is made, to the byte; with the key alone its serial and validity are those of the day.
   */
  static root(wanted: NewAuthority, kept?: KeptRoot): Authority {
    const pkcs8 = kept?.key ?? createAuthorityKey(wanted.curve);
    return new Authority(wanted, { issuer: null, pkcs8, certificate: kept?.certificate });
  }

  /** An authority below this one. */
  subordinate(wanted: NewAuthority): Authority {
    return new Authority(wanted, { issuer: this, pkcs8: createAuthorityKey(wanted.curve) });
  }

  /** Issues one certificate. */
  issue(certificate: IssuedCertificate): Uint8Array {
    return buildCertificate({ ...certificate, issuer: this.name, signer: this.#signer });
  }

  /** Signs other bytes than a certificate: receipts. */
  sign(bytes: Uint8Array): Uint8Array {
    return this.#signer.sign(bytes);
  }
}

/** A fresh private key for an authority: PKCS#8, DER. */
export function createAuthorityKey(curve: NewAuthority['curve']): Uint8Array {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: curve,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  return new Uint8Array(privateKey);
}

/** keyUsage with these bits, critical. */
export function keyUsageExtension(...bits: readonly number[]): NewExtension {
  return { oid: EXTENSION_OID.keyUsage, critical: true, value: der.namedBits(...bits) };
}

function spkiOf(pkcs8: Uint8Array, curve: NewAuthority['curve']): Uint8Array {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  const name = key.asymmetricKeyDetails?.namedCurve;
  if (name !== CURVE_NAMES[curve])
    throw new RangeError(`a key on ${name ?? 'no curve'}, not ${curve}`);
  return new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }));
}

function authorityExtensions(
  wanted: NewAuthority,
  subject: Uint8Array,
  issuer: Uint8Array,
): readonly NewExtension[] {
  const constraints = [
    // DER leaves FALSE out, since it is the default (X.690, 11.5).
    ...(wanted.kind === 'end-entity' ? [] : [der.boolean(true)]),
    ...(wanted.pathLength === undefined ? [] : [der.integer(wanted.pathLength)]),
  ];
  return [
    subjectKeyIdentifier(subject),
    authorityKeyIdentifier(keyIdentifierOf(issuer)),
    { oid: EXTENSION_OID.basicConstraints, critical: true, value: der.sequence(...constraints) },
    keyUsageExtension(...(wanted.keyUsage ?? [KEY_CERT_SIGN])),
    ...(wanted.furtherExtensions ?? []),
  ];
}
