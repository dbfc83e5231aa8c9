import { extensionsOf, readCertificate, type Certificate } from '../../encoding/certificate.js';
import { MalformedInput, parsing, type Parsed } from '../../encoding/parsed.js';
import { parseKeyDescription, type KeyDescription } from './key-description.js';

/** OID of the extension that holds the record. */
export const KEY_DESCRIPTION_OID = '1.3.6.1.4.1.11129.2.1.17';

/** A record and the certificate that carries it. */
export interface AttestationRecord {
  /** Index in the chain; 0 is the leaf. */
  readonly at: number;
  readonly parsed: Parsed<KeyDescription>;
}

/** A chain and every record in it. */
export interface AndroidKeyChain {
  /** Leaf first; at least one. */
  readonly certificates: readonly Certificate[];
  readonly leaf: Certificate;
  /** From the leaf on; a certificate that carries two shows both. */
  readonly records: readonly AttestationRecord[];
}

/** Android Key Attestation: the chain that `KeyStore.getCertificateChain` gives. */
export interface AndroidKeyEvidence {
  readonly format: 'android-key';
  /** Leaf first, DER. */
  readonly certificates: readonly Uint8Array[];
  readonly parsed: Parsed<AndroidKeyChain>;
}

/** Longer than any chain in the field (6 with an attest key); bounds hostile input. */
const MAX_CHAIN_LENGTH = 16;

/** Parses a chain. Offsets in a malformation count from the start of the certificate it names. */
export function parseAndroidKey(certificates: readonly Uint8Array[]): AndroidKeyEvidence {
  return { format: 'android-key', certificates, parsed: parsing(() => readChain(certificates)) };
}

function readChain(encoded: readonly Uint8Array[]): AndroidKeyChain {
  if (encoded.length > MAX_CHAIN_LENGTH) {
    throw new MalformedInput(`a chain of ${encoded.length} certificates`, 0);
  }
  const certificates = encoded.map(readNumbered);
  const [leaf] = certificates;
  if (leaf === undefined) throw new MalformedInput('a chain without certificates', 0);
  const records = certificates.flatMap((certificate, at) =>
    extensionsOf(certificate, KEY_DESCRIPTION_OID).map(({ value, valueOffset }) => ({
      at,
      parsed: parseKeyDescription(value, valueOffset),
    })),
  );
  return { certificates, leaf, records };
}

function readNumbered(bytes: Uint8Array, index: number): Certificate {
  try {
    return readCertificate(bytes);
  } catch (error) {
    if (!(error instanceof MalformedInput)) throw error;
    throw new MalformedInput(`certificate ${index}: ${error.message}`, error.offset);
  }
}
