import { createPublicKey, randomBytes } from 'node:crypto';
import { der } from '../../encoding/der-writer.js';
import { isP256, readP256Pair, verifiesEs256 } from '../../encoding/ecdsa.js';
import { HarnessError } from '../../errors.js';
import type { IssuingKey } from './issuing-key.js';
import type {
  Pkcs11Crypto,
  Pkcs11Key,
  Pkcs11Library,
  Pkcs11Module,
  Pkcs11Slot,
  Pkcs11Token,
} from './pkcs11.js';
import type { TokenIdentity, TokenPlace } from './token-uri.js';

const ECDSA = { name: 'ECDSA', hash: 'SHA-256' } as const;
const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
/** CKF_SERIAL_SESSION and CKF_RW_SESSION. */
const SESSION = { serial: 4, readWrite: 2 } as const;

/** A key of a token that somebody has logged in to; one use at a time. */
export interface TokenSession extends IssuingKey {
  /** Ends the session, and this process's use of the module. */
  close(): void;
}

/** How a key of a token is opened. */
export interface OpenedWith {
  /** Secret: never log it. */
  readonly pin: string;
  /** What becomes of a key that is not there. */
  readonly absent: 'made' | 'refused';
}

/** Opens a key of a token. Throws an ERR_TOKEN_UNUSABLE where it cannot be used as an issuing key. */
export function openTokenSession(
  library: Pkcs11Library,
  place: TokenPlace,
  { pin, absent }: OpenedWith,
): Promise<TokenSession> {
  return attempt(place, async () => {
    const module = library.Module.load(place.modulePath);
    const endings = [module.close.bind(module)];
    try {
      if (initialized(module)) endings.push(module.finalize.bind(module));
      const writes = absent === 'made' ? SESSION.readWrite : 0;
      const session = slotOf(module, place).open(SESSION.serial | writes);
      endings.push(session.close.bind(session));
      session.login(pin);
      endings.push(session.logout.bind(session));
      const crypto = new library.Crypto({ session });
      const key = await provenKey(crypto, place, await pairOn(crypto, place, absent));
      return { ...key, close: endAll.bind(null, endings) };
    } catch (error) {
      endAll(endings);
      throw error;
    }
  });
}

// What somebody else of this process uses is left to him.
function initialized(module: Pkcs11Module): boolean {
  try {
    module.initialize();
    return true;
  } catch (cause) {
    if (messageOf(cause) === 'CKR_CRYPTOKI_ALREADY_INITIALIZED') return false;
    throw cause;
  }
}

function slotOf(module: Pkcs11Module, place: TokenPlace): Pkcs11Slot {
  const slots = module.getSlots(true);
  const meant = Array.from({ length: slots.length }, (_, at) => slots.items(at)).filter((slot) =>
    isToken(slot, place.identity),
  );
  const [slot, ...more] = meant;
  if (slot === undefined) throw unusable(place, 'no such token is present');
  if (more.length > 0) throw unusable(place, 'more than one token is meant; name its serial');
  return slot;
}

function isToken(slot: Pkcs11Slot, identity: TokenIdentity): boolean {
  let stated: Pkcs11Token;
  try {
    stated = slot.getToken();
  } catch {
    // A slot whose token says nothing of itself is not the one that is meant.
    return false;
  }
  const isSame = (wanted: string | undefined, text: string): boolean =>
    wanted === undefined || wanted === text.trim();
  return (
    isSame(identity.token, stated.label) &&
    isSame(identity.serial, stated.serialNumber) &&
    isSame(identity.manufacturer, stated.manufacturerID) &&
    isSame(identity.model, stated.model) &&
    (identity.slotId === undefined || identity.slotId === slotIdOf(slot.handle))
  );
}

// Machines on which this runs have their lowest byte first.
function slotIdOf(handle: Uint8Array): number {
  return Buffer.from(handle).readUIntLE(0, Math.min(handle.length, 6));
}

interface KeyPair {
  readonly privateKey: Pkcs11Key;
  readonly publicKey: Pkcs11Key;
}

async function pairOn(
  crypto: Pkcs11Crypto,
  place: TokenPlace,
  absent: OpenedWith['absent'],
): Promise<KeyPair> {
  const here = await namedKeys(crypto, place.object);
  if (here.length > 0 || absent === 'refused') return onePair(place, here);
  const key = { ...P256, token: true, sensitive: true, label: place.object } as const;
  await crypto.subtle.generateKey(key, false, ['sign', 'verify']);
  return onePair(place, await namedKeys(crypto, place.object));
}

async function namedKeys(
  { keyStorage }: Pkcs11Crypto,
  label: string,
): Promise<readonly Pkcs11Key[]> {
  const keys: Pkcs11Key[] = [];
  for (const id of await keyStorage.keys()) {
    const key = await keyStorage.getItem(id).catch((cause: unknown) => {
      // Of kinds that the library does not know, none can be the one.
      if (messageOf(cause).startsWith('Unsupported type of key')) return null;
      throw cause;
    });
    if (key?.algorithm.label === label) keys.push(key);
  }
  return keys;
}

function onePair(place: TokenPlace, keys: readonly Pkcs11Key[]): KeyPair {
  const [privateKey, ...otherPrivate] = keys.filter(({ type }) => type === 'private');
  const [publicKey, ...otherPublic] = keys.filter(({ type }) => type === 'public');
  const { object } = place;
  if (privateKey === undefined) throw unusable(place, `there is no private key "${object}"`);
  if (publicKey === undefined) throw unusable(place, `there is no public key "${object}"`);
  if (otherPrivate.length > 0 || otherPublic.length > 0) {
    throw unusable(place, `there is more than one key "${object}"`);
  }
  if (privateKey.algorithm.namedCurve !== P256.namedCurve) {
    throw unusable(place, `"${object}" is no key on P-256`);
  }
  const { extractable, sensitive } = privateKey.p11Object;
  if (extractable !== false || sensitive !== true) {
    throw unusable(place, `"${object}" may leave the token (CKA_EXTRACTABLE, CKA_SENSITIVE)`);
  }
  return { privateKey, publicKey };
}

// Both keys carry one label, which proves nothing: one must verify what the other signs.
async function provenKey(
  { subtle }: Pkcs11Crypto,
  place: TokenPlace,
  { privateKey, publicKey }: KeyPair,
): Promise<IssuingKey> {
  const sign: IssuingKey['sign'] = (tbs) =>
    attempt(place, async () => {
      const { r, s } = readP256Pair(new Uint8Array(await subtle.sign(ECDSA, privateKey, tbs)));
      return der.sequence(der.integer(r), der.integer(s));
    });
  const spki = new Uint8Array(await subtle.exportKey('spki', publicKey));
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const message = new Uint8Array(randomBytes(32));
  const signature = await sign(message);
  if (!isP256(key) || !verifiesEs256(key, { message, signature })) {
    throw unusable(place, `the private and the public key "${place.object}" are no pair`);
  }
  return { spki, sign };
}

async function attempt<Value>(place: TokenPlace, act: () => Promise<Value>): Promise<Value> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof HarnessError) throw cause;
    throw unusable(place, reasonOf(cause), cause);
  }
}

// In reverse. A token that is gone can be logged out of no more, and its module is let go all the same.
function endAll(endings: (() => void)[]): void {
  for (const end of endings.splice(0).reverse()) {
    try {
      end();
    } catch {
      continue;
    }
  }
}

function unusable(place: TokenPlace, problem: string, cause?: unknown): HarnessError {
  const identity = Object.entries(place.identity).map(([name, value]) => `${name}=${value}`);
  const where = `${identity.join(' ')} of ${place.modulePath}`;
  return new HarnessError('ERR_TOKEN_UNUSABLE', `${where}: ${problem}`, { cause });
}

const PHRASES: Readonly<Record<string, string>> = {
  CKR_PIN_INCORRECT: 'the PIN is wrong',
  CKR_PIN_LEN_RANGE: 'the PIN is wrong',
  CKR_PIN_LOCKED: 'the PIN is locked',
  CKR_DEVICE_REMOVED: 'the token was removed',
  CKR_TOKEN_NOT_PRESENT: 'the token was removed',
};

function reasonOf(cause: unknown): string {
  const message = messageOf(cause);
  const phrase = PHRASES[message];
  return phrase === undefined ? message : `${phrase} (${message})`;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
