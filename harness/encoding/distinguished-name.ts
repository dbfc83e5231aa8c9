import { toHex } from './bytes.js';
import { der } from './der-writer.js';
import type { DerNode } from './der.js';
import { oid, sequence, set, text } from './der-values.js';
import { MalformedInput } from './parsed.js';

/** One attribute of a name, with its text where it is a string. */
export interface NameAttribute {
  readonly oid: string;
  readonly value: string;
}

/** A distinguished name: compared by `raw`, read by `attributes`, shown by `text`. */
export interface DistinguishedName {
  readonly raw: Uint8Array;
  /** RFC 4514: last part first. */
  readonly text: string;
  readonly attributes: readonly NameAttribute[];
}

/** Attribute types that names of device certificates use. */
export const NAME_OID = {
  commonName: '2.5.4.3',
  serialNumber: '2.5.4.5',
  country: '2.5.4.6',
  locality: '2.5.4.7',
  state: '2.5.4.8',
  organization: '2.5.4.10',
  organizationalUnit: '2.5.4.11',
  title: '2.5.4.12',
} as const;

// RFC 4514, section 3: the descriptors that every implementation knows.
const DESCRIPTORS: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.6': 'C',
  '2.5.4.9': 'STREET',
  '0.9.2342.19200300.100.1.25': 'DC',
  '0.9.2342.19200300.100.1.1': 'UID',
};

/** Reads a Name (RFC 5280, 4.1.2.4). */
export function readName(node: DerNode): DistinguishedName {
  const parts = sequence(node, 'a Name').map((part) =>
    set(part, 'a RelativeDistinguishedName').map((pair): ReadAttribute => {
      const [type, value, ...more] = sequence(pair, 'an AttributeTypeAndValue');
      if (type === undefined || value === undefined || more.length > 0) {
        throw new MalformedInput('a name attribute is no pair of type and value', pair.offset);
      }
      return { attribute: { oid: oid(type), value: attributeText(value) }, value };
    }),
  );
  return {
    raw: node.raw,
    // Of most names nobody reads the text.
    get text() {
      return parts
        .map((attributes) => attributes.map(showAttribute).join('+'))
        .reverse()
        .join(',');
    },
    attributes: parts.flat().map(({ attribute }) => attribute),
  };
}

interface ReadAttribute {
  readonly attribute: NameAttribute;
  readonly value: DerNode;
}

/** The first value of an attribute type in a name, or null. */
export function nameValue(name: DistinguishedName, type: string): string | null {
  return name.attributes.find((attribute) => attribute.oid === type)?.value ?? null;
}

/** Writes a Name of single-attribute parts, in the order given. */
export function encodeName(attributes: readonly NameAttribute[]): Uint8Array {
  return der.sequence(
    ...attributes.map(({ oid: type, value }) =>
      der.set(
        der.sequence(
          der.oid(type),
          // RFC 5280, appendix A: these two are PrintableString only.
          type === NAME_OID.country || type === NAME_OID.serialNumber
            ? der.printable(value)
            : der.utf8(value),
        ),
      ),
    ),
  );
}

// A name whose value is no string is still a name: only its text suffers.
function attributeText(value: DerNode): string {
  try {
    return text(value);
  } catch (error) {
    if (error instanceof MalformedInput) return `#${toHex(value.raw)}`;
    throw error;
  }
}

// RFC 4514, 2.4: a type without descriptor is shown dotted with its value in hexadecimal.
function showAttribute({ attribute, value }: ReadAttribute): string {
  const descriptor = DESCRIPTORS[attribute.oid];
  if (descriptor === undefined) return `${attribute.oid}=#${toHex(value.raw)}`;
  return `${descriptor}=${escape(attribute.value)}`;
}

function escape(value: string): string {
  return value
    .replace(/[\\",+;<>]/g, '\\$&')
    .replaceAll('\0', '\\00')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ');
}
