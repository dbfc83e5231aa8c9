import { equalBytes } from '../../encoding/bytes.js';
import { HarnessError } from '../../errors.js';
import { readSecret } from '../../owner-only.js';
import type { IssuingKey } from './issuing-key.js';
import { loadPkcs11, type LoadPkcs11, type Pkcs11Library } from './pkcs11.js';
import { openTokenSession, type OpenedWith, type TokenSession } from './token-session.js';
import { parseTokenUri, type TokenPlace } from './token-uri.js';

/** How a key on a token is named. */
export interface TokenKeyOptions {
  /** A PKCS#11 URI (RFC 7512). */
  readonly uri: string;
  /** Where the URI names no file with it. Secret: never log it. */
  readonly pin?: string | undefined;
  /** The package beside attestlab where it is left out. */
  readonly load?: LoadPkcs11;
}

/** A key that lives on a token. */
export interface TokenKey extends IssuingKey {
  /** Logs out. */
  close(): void;
}

/**
 * Opens a key on a token. A URI, PIN or library that is not there is told before any token is asked;
 * a key that is absent is made only where that is asked for.
 */
export async function openTokenKey(
  { uri, pin, load }: TokenKeyOptions,
  absent: OpenedWith['absent'],
): Promise<TokenKey> {
  const place = parseTokenUri(uri);
  const secret = pinOf(place, pin);
  const library = loadPkcs11(load);
  const session = await openTokenSession(library, place, { pin: secret, absent });
  return new KeyOnToken({ library, place, pin: secret }, session);
}

interface Reopened {
  readonly library: Pkcs11Library;
  readonly place: TokenPlace;
  readonly pin: string;
}

/** Signs one certificate at a time; a session that failed is given up, and the next use opens another. */
class KeyOnToken implements TokenKey {
  readonly spki: Uint8Array;
  readonly #from: Reopened;
  #session: TokenSession | null;
  /** Why it is not tried any more. */
  #over: HarnessError | null = null;
  // A session has one operation at a time: a second one would end both.
  #last: Promise<unknown> = Promise.resolve();

  constructor(from: Reopened, session: TokenSession) {
    this.#from = from;
    this.#session = session;
    this.spki = session.spki;
  }

  sign(tbs: Uint8Array): Promise<Uint8Array> {
    const signed = this.#last.then(() => this.#sign(tbs));
    this.#last = signed.catch(() => undefined);
    return signed;
  }

  close(): void {
    this.#over ??= new HarnessError('ERR_TOKEN_UNUSABLE', 'the token was closed');
    this.#giveUp();
  }

  async #sign(tbs: Uint8Array): Promise<Uint8Array> {
    if (this.#over !== null) throw this.#over;
    this.#session ??= await this.#reopened();
    try {
      return await this.#session.sign(tbs);
    } catch (error) {
      this.#giveUp();
      throw error;
    }
  }

  async #reopened(): Promise<TokenSession> {
    const { library, place, pin } = this.#from;
    try {
      const session = await openTokenSession(library, place, { pin, absent: 'refused' });
      if (equalBytes(session.spki, this.spki)) return session;
      session.close();
      throw new HarnessError('ERR_TOKEN_UNUSABLE', `"${place.object}" is another key than before`);
    } catch (error) {
      // A PIN that was right and is not any more would lock the token if each enrolment tried it.
      if (error instanceof HarnessError && isAboutPin(error)) this.#over = error;
      throw error;
    }
  }

  #giveUp(): void {
    this.#session?.close();
    this.#session = null;
  }
}

function isAboutPin({ cause }: HarnessError): boolean {
  return cause instanceof Error && cause.message.startsWith('CKR_PIN_');
}

function pinOf({ pinFile }: TokenPlace, given: string | undefined): string {
  const text = pinFile === null ? given : readSecret(pinFile);
  const pin = text?.replace(/\r?\n$/, '') ?? '';
  if (pin !== '') return pin;
  if (pinFile !== null) throw new HarnessError('ERR_FILE_INVALID', `${pinFile}: holds no PIN`);
  throw new HarnessError(
    'ERR_USAGE',
    'the token has no PIN: name a file by pin-source=, or set ATTESTLAB_TOKEN_PIN',
  );
}
