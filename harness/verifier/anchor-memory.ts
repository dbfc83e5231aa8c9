import type { KeyObject } from 'node:crypto';
import { equalBytes } from '../encoding/bytes.js';
import { loadPublicKey, type SignatureOutcome } from '../encoding/signature.js';
import type { TrustAnchor } from '../trust/trust-set.js';

/** What an anchor's bytes led to once: it holds for these bytes alone. */
interface Remembered<T> {
  readonly bytes: Uint8Array;
  readonly found: T;
}

interface AnchorMemory {
  key: Remembered<KeyObject | null> | null;
  /** Whether the anchor's own certificates are signed by its key; at most one entry for each. */
  readonly own: Remembered<SignatureOutcome>[];
}

// Held for as long as the anchor itself, and as small as it: evidence adds nothing here.
const memories = new WeakMap<TrustAnchor, AnchorMemory>();

/** The key of an anchor, loaded once. */
export function anchorKey(anchor: TrustAnchor): KeyObject | null {
  const memory = memoryOf(anchor);
  if (memory.key === null || !equalBytes(memory.key.bytes, anchor.spki)) {
    memory.key = { bytes: anchor.spki.slice(), found: loadPublicKey(anchor.spki) };
  }
  return memory.key.found;
}

/** What `verify` says of a certificate; asked once for each certificate that the anchor lists. */
export function ownOutcome(
  anchor: TrustAnchor,
  certificate: Uint8Array,
  verify: () => SignatureOutcome,
): SignatureOutcome {
  const { own } = memoryOf(anchor);
  const before = own.find(({ bytes }) => equalBytes(bytes, certificate));
  if (before !== undefined) return before.found;
  const found = verify();
  if (
    own.length < anchor.certificates.length &&
    anchor.certificates.some((bytes) => equalBytes(bytes, certificate))
  ) {
    own.push({ bytes: certificate.slice(), found });
  }
  return found;
}

function memoryOf(anchor: TrustAnchor): AnchorMemory {
  const memory = memories.get(anchor) ?? { key: null, own: [] };
  memories.set(anchor, memory);
  return memory;
}
