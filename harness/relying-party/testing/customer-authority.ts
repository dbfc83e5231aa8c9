import { randomBytes } from 'node:crypto';
import { toHex } from '../../encoding/bytes.js';
import {
  buildCertificate,
  ecSigner,
  EXTENSION_OID,
  type NewExtension,
} from '../../encoding/certificate-builder.js';
import { der } from '../../encoding/der-writer.js';
import { NAME_OID, type NameAttribute } from '../../encoding/distinguished-name.js';
import type { CertificationOrder } from '../issuing/issuer.js';
import { keptKey, newPrivateKey } from '../issuing/issuing-key.js';

const DAY_MS = 24 * 60 * 60_000;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** What to certify otherwise than it was ordered. */
export interface Deviation {
  readonly spki?: Uint8Array;
  readonly subject?: readonly NameAttribute[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Object identifiers; none is any usage. */
  readonly usages?: readonly string[];
  readonly isAuthority?: boolean;
  /** Bits of keyUsage. */
  readonly keyUsage?: readonly number[];
}

/** An authority that is no code of ours: a root, an authority below it, and what that one issues. */
export interface CustomerAuthority {
  readonly root: Uint8Array;
  readonly intermediate: Uint8Array;
  /** The leaf for an order, and what it was told to do otherwise. */
  certify(order: CertificationOrder, deviation?: Deviation): Uint8Array;
}

/** Makes one, whose certificates are valid for as long as they are told to be. */
export function customerAuthority(
  validity: { readonly notBefore?: Date; readonly notAfter?: Date } = {},
): CustomerAuthority {
  const { notBefore = new Date(Date.now() - DAY_MS), notAfter = new Date(Date.now() + DAY_MS) } =
    validity;
  const times = { notBeforeMs: notBefore.getTime(), notAfterMs: notAfter.getTime() };
  const [rootKey, issuingKey] = [newPrivateKey(), newPrivateKey()];
  const [rootName, issuingName] = [named('customer root'), named('customer issuing')];
  const authority = (subject: readonly NameAttribute[], key: Uint8Array): Uint8Array =>
    buildCertificate({
      ...{ serial: serial(), issuer: rootName, subject, ...times },
      ...{ spki: keptKey(key).spki, signer: ecSigner(rootKey) },
      extensions: [basicConstraints(true), keyUsage([5, 6])],
    });
  return {
    root: authority(rootName, rootKey),
    intermediate: authority(issuingName, issuingKey),
    certify: (order, deviation = {}) => {
      const { usages = [CLIENT_AUTH], isAuthority = false, keyUsage: bits = [0] } = deviation;
      return buildCertificate({
        ...{ serial: serial(), issuer: issuingName, signer: ecSigner(issuingKey) },
        subject: deviation.subject ?? named(order.subject),
        notBeforeMs: (deviation.notBefore ?? order.notBefore).getTime(),
        notAfterMs: (deviation.notAfter ?? order.notAfter).getTime(),
        spki: deviation.spki ?? order.spki,
        extensions: [
          basicConstraints(isAuthority),
          keyUsage(bits),
          ...(usages.length === 0 ? [] : [extendedKeyUsage(usages)]),
        ],
      });
    },
  };
}

/** A name of one common name. */
export function named(value: string): readonly NameAttribute[] {
  return [{ oid: NAME_OID.commonName, value }];
}

function serial(): bigint {
  return BigInt(`0x40${toHex(randomBytes(15))}`);
}

function basicConstraints(isAuthority: boolean): NewExtension {
  const value = isAuthority ? der.sequence(der.boolean(true)) : der.sequence();
  return { oid: EXTENSION_OID.basicConstraints, critical: true, value };
}

function keyUsage(bits: readonly number[]): NewExtension {
  return { oid: EXTENSION_OID.keyUsage, critical: true, value: der.namedBits(...bits) };
}

function extendedKeyUsage(usages: readonly string[]): NewExtension {
  return { oid: '2.5.29.37', value: der.sequence(...usages.map((usage) => der.oid(usage))) };
}
