import type { KeyObject } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { encodePemCertificate } from '../../encoding/pem.js';

/** What a connection is opened with; all DER. */
export interface TlsMaterial {
  readonly anchors: readonly Uint8Array[];
  /** How the app authenticates itself, leaf first; null where it does not. */
  readonly client: { readonly chain: readonly Uint8Array[]; readonly key: KeyObject } | null;
}

/** More than a phone uses in a scenario; the oldest goes first. */
const MOST_CONTEXTS = 16;

/** TLS contexts of a phone. Making one parses every certificate and the key again. */
export class TlsContexts {
  readonly #contexts = new Map<string, { key: KeyObject | null; context: SecureContext }>();

  /** The context for this material, made where it is new. */
  of({ anchors, client }: TlsMaterial): SecureContext {
    const ca = anchors.map(encodePemCertificate);
    const cert = client?.chain.map(encodePemCertificate).join('') ?? '';
    const name = JSON.stringify([ca, cert]);
    const key = client?.key ?? null;
    const known = this.#contexts.get(name);
    // The same certificate may come with another key, which the handshake then shows.
    if (known !== undefined && isSame(known.key, key)) return known.context;
    const context = createSecureContext({
      ...{ ca, minVersion: 'TLSv1.2' },
      // Inside the model: no caller of the phone ever sees these bytes.
      ...(key === null ? {} : { cert, key: key.export({ type: 'pkcs8', format: 'pem' }) }),
    });
    this.#contexts.delete(name);
    this.#contexts.set(name, { key, context });
    const [oldest] = this.#contexts.keys();
    if (this.#contexts.size > MOST_CONTEXTS && oldest !== undefined) this.#contexts.delete(oldest);
    return context;
  }
}

function isSame(left: KeyObject | null, right: KeyObject | null): boolean {
  return left === null || right === null ? left === right : left.equals(right);
}
