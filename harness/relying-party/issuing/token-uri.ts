import { fileURLToPath } from 'node:url';
import { HarnessError } from '../../errors.js';

/** What tells a token from others; what is left out is not looked at. */
export interface TokenIdentity {
  readonly token?: string;
  readonly serial?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly slotId?: number;
}

/** Where a key is: a module, a token and the key's label. */
export interface TokenPlace {
  /** Path of the PKCS#11 module. */
  readonly modulePath: string;
  readonly identity: TokenIdentity;
  /** The label of the private and the public key. */
  readonly object: string;
  /** Path of the file with the PIN; null where it comes another way. */
  readonly pinFile: string | null;
}

const SCHEME = 'pkcs11:';
const PATH_ATTRIBUTES = [
  ...['token', 'serial', 'manufacturer', 'model'],
  ...['slot-id', 'object', 'type'],
] as const;
const QUERY_ATTRIBUTES = ['module-path', 'pin-source'] as const;

/**
 * Reads a PKCS#11 URI (RFC 7512) of a private key. An attribute that is not looked at is refused: it
 * might have told two keys apart.
 */
export function parseTokenUri(uri: string): TokenPlace {
  if (!uri.startsWith(SCHEME)) throw invalid(`it begins with ${SCHEME}`);
  const [path = '', query = '', ...more] = uri.slice(SCHEME.length).split('?');
  if (more.length > 0) throw invalid('it has one question mark at most');
  const named = attributes(path.split(';'), PATH_ATTRIBUTES);
  const asked = attributes(query.split('&'), QUERY_ATTRIBUTES);
  const [object, modulePath] = [named.get('object'), asked.get('module-path')];
  const identity = identityOf(named);
  if (object === undefined) throw invalid('object= names the key by its label');
  if (modulePath === undefined) throw invalid('?module-path= names the PKCS#11 module');
  if (identity.token === undefined && identity.serial === undefined && !('slotId' in identity)) {
    throw invalid('token=, serial= or slot-id= names the token');
  }
  if ((named.get('type') ?? 'private') !== 'private') throw invalid('its type= is private');
  const source = asked.get('pin-source');
  return { modulePath, identity, object, pinFile: source === undefined ? null : pathOf(source) };
}

function attributes<Name extends string>(
  parts: readonly string[],
  known: readonly Name[],
): ReadonlyMap<Name, string> {
  const found = new Map<Name, string>();
  for (const part of parts.filter((one) => one !== '')) {
    const [written = '', ...value] = part.split('=');
    // Whoever lists processes sees the command line. The value itself is not repeated here.
    if (written === 'pin-value') throw invalid('a PIN does not belong into it; use pin-source');
    const name = known.find((one) => one === written);
    if (name === undefined) throw invalid(`"${written}" is none of ${known.join(', ')} there`);
    if (found.has(name)) throw invalid(`${name} is there twice`);
    const text = decoded(name, value.join('='));
    if (text === '') throw invalid(`${name} is empty`);
    found.set(name, text);
  }
  return found;
}

function decoded(name: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(`${name} is not percent-encoded UTF-8`);
  }
}

function identityOf(named: ReadonlyMap<(typeof PATH_ATTRIBUTES)[number], string>): TokenIdentity {
  const text = (['token', 'serial', 'manufacturer', 'model'] as const).flatMap((name) => {
    const value = named.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const slot = named.get('slot-id');
  if (slot !== undefined && !/^\d{1,15}$/.test(slot)) throw invalid('slot-id is a number');
  return { ...Object.fromEntries(text), ...(slot === undefined ? {} : { slotId: Number(slot) }) };
}

// RFC 7512, 2.4: a URI or a path; a command to run (`|...`) is neither here.
function pathOf(source: string): string {
  if (source.startsWith('|')) throw invalid('pin-source is a file, not a command');
  if (!source.startsWith('file:')) return source;
  try {
    return fileURLToPath(source);
  } catch {
    throw invalid('pin-source is a file of this machine, such as file:/etc/attestlab/pin');
  }
}

function invalid(rule: string): HarnessError {
  return new HarnessError(
    'ERR_USAGE',
    `not the PKCS#11 URI of a key (RFC 7512): ${rule}; ` +
      'as in pkcs11:token=lab;object=enrolment-ca?module-path=/usr/lib/softhsm/libsofthsm2.so',
  );
}
