import { readCertificate, type Certificate } from '../../encoding/certificate.js';
import { sequence } from '../../encoding/der-values.js';
import { children, readDer, type DerNode } from '../../encoding/der.js';
import { der } from '../../encoding/der-writer.js';
import {
  KEY_DESCRIPTION_OID,
  parseKeyDescription,
  TAG_NUMBER,
} from '../../evidence/android-key/index.js';
import { bootKey } from './android-hardware.js';
import { Authority } from './authority.js';
import { encodeRootOfTrust } from './key-description.js';
import type { AttestationSigner } from './vendor-roots.js';

/**
 * What forgers make of a chain: a leaf for the same key that says what the genuine one says, but
 * that the phone is locked and its system verified; `signer` signs it, and the chain is the signer's.
 */
export function forgedChain(
  genuine: readonly Uint8Array[],
  signer: AttestationSigner,
): readonly Uint8Array[] {
  const leaf = leafOf(genuine);
  const forged = signer.authority.issue({
    serial: BigInt(`0x${leaf.serial}`),
    subject: leaf.subject.attributes,
    notBeforeMs: leaf.notBeforeMs,
    notAfterMs: leaf.notAfterMs,
    spki: leaf.spki,
    extensions: leaf.extensions.map(({ oid, critical, value }) => ({
      ...{ oid, critical },
      value: oid === KEY_DESCRIPTION_OID ? healthyRecord(value) : value,
    })),
  });
  return [forged, ...signer.chain];
}

/**
 * The forgery of somebody who has no vendor's key: his own, under the name of the phone's, signs the
 * leaf. Names and records look right; the signature is the one thing that he cannot make.
 */
export function chainOfStranger(genuine: readonly Uint8Array[]): readonly Uint8Array[] {
  const { issuer, notBeforeMs, notAfterMs } = leafOf(genuine);
  const authority = Authority.root({
    ...{ name: issuer.attributes, curve: 'P-256' },
    ...{ notBeforeMs, notAfterMs },
  });
  return forgedChain(genuine, { authority, chain: genuine.slice(1) });
}

function leafOf([leaf]: readonly Uint8Array[]): Certificate {
  if (leaf === undefined) throw new RangeError('a chain without certificates');
  return readCertificate(leaf);
}

function healthyRecord(record: Uint8Array): Uint8Array {
  const parsed = parseKeyDescription(record);
  if (!parsed.ok) throw new Error(`a record of the model: ${parsed.malformation.message}`);
  const { attestationVersion, hardwareEnforced } = parsed.value;
  const stated = hardwareEnforced.rootOfTrust;
  // A software record says nothing of the boot: there is nothing to rewrite.
  if (stated === null) return record;
  const root = encodeRootOfTrust(
    {
      bootKey: bootKey('verified'),
      ...{ locked: true, state: 'verified' },
      bootHash: stated.verifiedBootHash ?? new Uint8Array(32),
    },
    attestationVersion,
  );
  const parts = sequence(readDer(record));
  const hardware = parts.at(-1);
  if (hardware === undefined) throw new Error('a record without lists');
  return der.sequence(
    ...parts.slice(0, -1).map(({ raw }) => raw),
    der.sequence(...children(hardware).map((entry) => withRoot(entry, root))),
  );
}

function withRoot(entry: DerNode, root: Uint8Array): Uint8Array {
  return entry.tag === TAG_NUMBER.rootOfTrust
    ? der.contextExplicit(TAG_NUMBER.rootOfTrust, root)
    : entry.raw;
}
