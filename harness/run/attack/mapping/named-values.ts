/** Encodings of bytes in text. */
export const TEXT_ENCODINGS = ['base64', 'base64url', 'hex', 'pem', 'text'] as const;

/** See `TEXT_ENCODINGS`. */
export type TextEncoding = (typeof TEXT_ENCODINGS)[number];

/** Encodings that a mapping may take where a template names none. */
export const DEFAULT_ENCODINGS = ['base64', 'base64url', 'hex'] as const;

/** See `DEFAULT_ENCODINGS`. */
export type DefaultEncoding = (typeof DEFAULT_ENCODINGS)[number];

/** What templates may name, and of what kind it is. */
export const NAME_KINDS = {
  rpId: 'text',
  subject: 'text',
  purpose: 'text',
  challenge: 'bytes',
  csr: 'bytes',
  csrSha256: 'bytes',
  publicKey: 'bytes',
  certificates: 'list',
  attestationObject: 'bytes',
  appAttestKeyId: 'bytes',
  assertion: 'bytes',
  method: 'text',
  authority: 'text',
  path: 'text',
  contentType: 'text',
  keyId: 'bytes',
  epoch: 'number',
  counter: 'number',
  timestamp: 'time',
  payload: 'bytes',
  payloadSha256: 'bytes',
  signature: 'bytes',
} as const;

/** A name of the table above. */
export type ValueName = keyof typeof NAME_KINDS;

/** What kind of value a name stands for; `text` for whatever was kept of an answer. */
export type ValueKind = (typeof NAME_KINDS)[ValueName];

/** A value that a template names. Numbers and times are text, since an attack may have spoilt them. */
export type NamedValue = string | Uint8Array | readonly Uint8Array[];

/** Values by their names. */
export type NamedValues = ReadonlyMap<string, NamedValue>;

/** Labels of PEM blocks (RFC 7468), by the names of what they hold. */
export const PEM_LABELS: Readonly<Partial<Record<string, string>>> = {
  certificates: 'CERTIFICATE',
  csr: 'CERTIFICATE REQUEST',
  publicKey: 'PUBLIC KEY',
};

/** Formats that a template may ask for, by the kind of the value. */
export const FORMATS_OF_KIND: Readonly<Record<ValueKind, readonly string[]>> = {
  bytes: TEXT_ENCODINGS,
  list: ['base64', 'base64url', 'hex', 'pem', 'pem-bundle'],
  text: [],
  number: ['number'],
  time: ['ms', 's', 'iso', 'number'],
};

/** The kind of a value by its name; what was kept of an answer is text. */
export function kindOf(name: string): ValueKind {
  return isValueName(name) ? NAME_KINDS[name] : 'text';
}

/** Whether a name is one of the table, which nothing that is kept of an answer may take. */
export function isValueName(name: string): name is ValueName {
  return Object.hasOwn(NAME_KINDS, name);
}
