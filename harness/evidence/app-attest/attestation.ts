import {
  bytesEntry,
  expectCbor,
  onlyEntries,
  readCbor,
  requiredEntry,
  textEntry,
  type CborMap,
} from '../../encoding/cbor.js';
import { readCertificate, type Certificate } from '../../encoding/certificate.js';
import { MalformedInput, parsing, type Parsed } from '../../encoding/parsed.js';
import {
  readAttestedAuthenticatorData,
  type AttestedAuthenticatorData,
} from './authenticator-data.js';
import { parseReceipt, type AppAttestReceipt } from './receipt.js';

/** An attestation object of Apple's, taken apart. */
export interface AppAttestAttestation {
  /** Credential certificate first. */
  readonly certificates: readonly [credential: Certificate, ...issuers: Certificate[]];
  /** The receipt is of use for itself, so a broken one does not break the attestation. */
  readonly receipt: Parsed<AppAttestReceipt>;
  readonly receiptBytes: Uint8Array;
  readonly authData: AttestedAuthenticatorData;
}

/** An attestation object as evidence of a key in an app on a phone. */
export interface AppAttestAttestationEvidence {
  readonly format: 'app-attest-attestation';
  readonly bytes: Uint8Array;
  readonly parsed: Parsed<AppAttestAttestation>;
}

const FORMAT = 'apple-appattest';
const MAX_CERTIFICATES = 5;

/** Bounds the work that one hostile object can cause; those seen have 6 kB. */
const MAX_BYTES = 131_072;

/** Parses an attestation object that fills `bytes`. */
export function parseAppAttestAttestation(bytes: Uint8Array): AppAttestAttestationEvidence {
  return {
    format: 'app-attest-attestation',
    bytes,
    parsed: parsing(() => readAttestation(bytes)),
  };
}

function readAttestation(bytes: Uint8Array): AppAttestAttestation {
  if (bytes.length > MAX_BYTES) {
    throw new MalformedInput(`an attestation of ${bytes.length} bytes`, 0);
  }
  const object = expectCbor(readCbor(bytes), 'map', 'attestation object');
  onlyEntries(object, ['fmt', 'attStmt', 'authData']);
  const format = textEntry(object, 'fmt');
  if (format !== FORMAT) throw new MalformedInput(`attestation format ${format}`, object.offset);
  const statement = expectCbor(requiredEntry(object, 'attStmt'), 'map', 'attStmt');
  onlyEntries(statement, ['x5c', 'receipt']);
  const receiptBytes = bytesEntry(statement, 'receipt');
  return {
    certificates: readCertificates(statement),
    receipt: parseReceipt(receiptBytes),
    receiptBytes,
    authData: readAttestedAuthenticatorData(bytesEntry(object, 'authData')),
  };
}

function readCertificates(statement: CborMap): AppAttestAttestation['certificates'] {
  const { items, offset } = expectCbor(requiredEntry(statement, 'x5c'), 'array', 'x5c');
  if (items.length > MAX_CERTIFICATES) {
    throw new MalformedInput(`x5c of ${items.length} certificates`, offset);
  }
  const [credential, ...issuers] = items.map((item) => {
    const { value } = expectCbor(item, 'bytes', 'a certificate of x5c');
    return readCertificate(value, item.offset + item.raw.length - value.length);
  });
  if (credential === undefined) throw new MalformedInput('x5c is empty', offset);
  return [credential, ...issuers];
}
