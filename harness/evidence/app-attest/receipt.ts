import { utf8Text } from '../../encoding/bytes.js';
import { readCertificate, type Certificate } from '../../encoding/certificate.js';
import { parseSignedData, type SignedMessage } from '../../encoding/cms.js';
import { readDer } from '../../encoding/der.js';
import { octetString, sequence, set, smallInteger } from '../../encoding/der-values.js';
import { MalformedInput, parsing, type Parsed } from '../../encoding/parsed.js';

// The fields that Apple's services write; only their numbers are known.
const FIELD = {
  appId: 2,
  certificate: 3,
  clientHash: 4,
  type: 6,
  environment: 7,
  creationTime: 12,
  riskMetric: 17,
  notBefore: 19,
  expirationTime: 21,
} as const;

/** A time as a receipt writes it, and the moment that it means. */
export interface ReceiptTime {
  readonly text: string;
  readonly atMs: number;
}

/** A receipt of Apple's attestation service. */
export interface AppAttestReceipt {
  readonly message: SignedMessage;
  /** Numbers of the fields that are there, ascending. */
  readonly fields: readonly number[];
  /** `TEAMID.bundle`. */
  readonly appId: string;
  /** The credential certificate of the attestation. */
  readonly certificate: Certificate;
  readonly clientHash: Uint8Array;
  readonly type: 'ATTEST' | 'RECEIPT';
  /** `sandbox` or `production`, as written. */
  readonly environment: string | null;
  readonly creationTime: ReceiptTime;
  readonly expirationTime: ReceiptTime;
  readonly notBefore: ReceiptTime | null;
  /** Apple's count of keys of this app on the phone, roughly; only where `type` is RECEIPT. */
  readonly riskMetric: string | null;
}

/** A receipt on its own, as a server keeps it. */
export interface AppAttestReceiptEvidence {
  readonly format: 'app-attest-receipt';
  readonly bytes: Uint8Array;
  readonly parsed: Parsed<AppAttestReceipt>;
}

/** Bounds the work that one hostile receipt can cause; those seen have 4 kB. */
const MAX_BYTES = 65_536;

/** Parses a receipt that fills `bytes`. */
export function parseAppAttestReceipt(bytes: Uint8Array): AppAttestReceiptEvidence {
  return { format: 'app-attest-receipt', bytes, parsed: parseReceipt(bytes) };
}

/** As `parseAppAttestReceipt`, for the receipt inside an attestation. */
export function parseReceipt(bytes: Uint8Array): Parsed<AppAttestReceipt> {
  if (bytes.length > MAX_BYTES) {
    const message = `a receipt of ${bytes.length} bytes`;
    return { ok: false, malformation: { offset: 0, message } };
  }
  const message = parseSignedData(bytes);
  return message.ok ? parsing(() => readReceipt(message.value)) : message;
}

function readReceipt(message: SignedMessage): AppAttestReceipt {
  const fields = readFields(message.content);
  const type = textField(fields, FIELD.type);
  if (type !== 'ATTEST' && type !== 'RECEIPT') {
    throw new MalformedInput('a receipt of unknown type', 0);
  }
  return {
    message,
    fields: [...fields.keys()].sort((left, right) => left - right),
    appId: textField(fields, FIELD.appId),
    certificate: readCertificate(field(fields, FIELD.certificate)),
    clientHash: field(fields, FIELD.clientHash),
    type,
    environment: optionalText(fields, FIELD.environment),
    creationTime: timeField(fields, FIELD.creationTime),
    expirationTime: timeField(fields, FIELD.expirationTime),
    notBefore: fields.has(FIELD.notBefore) ? timeField(fields, FIELD.notBefore) : null,
    riskMetric: optionalText(fields, FIELD.riskMetric),
  };
}

type Fields = ReadonlyMap<number, Uint8Array>;

// The content is a SET OF SEQUENCE { type INTEGER, version INTEGER, value OCTET STRING }, unsorted.
function readFields(content: Uint8Array): Fields {
  const fields = new Map<number, Uint8Array>();
  for (const entry of set(readDer(content), 'the fields of a receipt')) {
    const [type, version, value, ...more] = sequence(entry, 'a field of a receipt');
    if (!type || !version || !value || more.length > 0) {
      throw new MalformedInput('a field of a receipt has three parts', entry.offset);
    }
    const number = smallInteger(type, 'the type of a field');
    smallInteger(version, 'the version of a field');
    if (fields.has(number)) {
      throw new MalformedInput(`field ${number} is there twice`, entry.offset);
    }
    fields.set(number, octetString(value, `field ${number}`));
  }
  return fields;
}

function field(fields: Fields, number: number): Uint8Array {
  const value = fields.get(number);
  if (value === undefined) throw new MalformedInput(`a receipt without field ${number}`, 0);
  return value;
}

function textField(fields: Fields, number: number): string {
  const text = utf8Text(field(fields, number));
  if (text === null) throw new MalformedInput(`field ${number} is not UTF-8`, 0);
  return text;
}

function optionalText(fields: Fields, number: number): string | null {
  return fields.has(number) ? textField(fields, number) : null;
}

function timeField(fields: Fields, number: number): ReceiptTime {
  const text = textField(fields, number);
  // RFC 3339 in UTC; Apple drops trailing zeros of the fraction.
  const atMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(atMs)) throw new MalformedInput(`field ${number} is no time`, 0);
  return { text, atMs };
}
