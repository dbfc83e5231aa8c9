import { readCertificate } from '../encoding/certificate.js';
import { buildCertificate, type NewExtension } from '../encoding/certificate-builder.js';
import { children, readDer } from '../encoding/der.js';
import { der } from '../encoding/der-writer.js';
import { oid, sequence } from '../encoding/der-values.js';
import { SIGNATURE_OID } from '../encoding/signature.js';
import type { AttackerKey } from './attacker-key.js';
import { putTogether, replaced, signedBytes, takeApart } from './edit-der.js';

// Parts of TBSCertificate version 3 without unique ids (RFC 5280, 4.1).
const KEY = 6;
const EXTENSIONS = 7;

/** The certificate with other extensions, its signature left as it was. */
export function withExtensions(
  certificate: Uint8Array,
  change: (extensions: readonly Uint8Array[]) => readonly Uint8Array[],
): Uint8Array {
  const parts = takeApart(certificate);
  const changed = der.contextExplicit(3, der.sequence(...change(extensionsOf(certificate))));
  return putTogether({ ...parts, fields: replaced(parts.fields, EXTENSIONS, changed) });
}

/** DER of each extension of a certificate. */
export function extensionsOf(certificate: Uint8Array): readonly Uint8Array[] {
  const field = takeApart(certificate).fields[EXTENSIONS];
  if (field === undefined) throw new RangeError('an attack on a certificate without extensions');
  const [list] = children(readDer(field));
  return list === undefined ? [] : sequence(list, 'extensions').map((extension) => extension.raw);
}

/** Type of an extension in DER. */
export function extensionType(extension: Uint8Array): string {
  const [type] = sequence(readDer(extension), 'an extension');
  return type === undefined ? '' : oid(type);
}

/** The certificate for another key, signed by the attacker with the algorithm that it names. */
export function reissued(
  certificate: Uint8Array,
  attacker: AttackerKey,
  spki: Uint8Array,
): Uint8Array {
  const parts = takeApart(certificate);
  const fields = replaced(parts.fields, KEY, spki);
  const isSha384 = readCertificate(certificate).signatureAlgorithm === SIGNATURE_OID.ecdsaSha384;
  const signature = attacker.sign(signedBytes({ fields }), isSha384 ? 'sha384' : 'sha256');
  return putTogether({ ...parts, fields, signature: der.bitString(signature) });
}

/** A certificate below `issuer`, for the attacker's key, signed by whoever holds the issuer's key. */
export async function appendedBelow(
  issuer: Uint8Array,
  appended: {
    readonly attacker: AttackerKey;
    readonly extensions: readonly NewExtension[];
    readonly sign: (data: Uint8Array) => Promise<Uint8Array>;
  },
): Promise<Uint8Array> {
  const { subject, notBeforeMs, notAfterMs } = readCertificate(issuer);
  const unsigned = takeApart(
    buildCertificate({
      serial: 1n,
      issuer: subject.attributes,
      subject: subject.attributes,
      ...{ notBeforeMs, notAfterMs },
      spki: appended.attacker.spki,
      extensions: appended.extensions,
      signer: {
        algorithm: der.sequence(der.oid(SIGNATURE_OID.ecdsaSha256)),
        sign: () => new Uint8Array(),
      },
    }),
  );
  const signature = await appended.sign(signedBytes(unsigned));
  return putTogether({ ...unsigned, signature: der.bitString(signature) });
}
