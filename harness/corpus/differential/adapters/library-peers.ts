import type { LibraryPeer } from '../peer.js';
import { loadAppAttestChecker } from './appattest-checker.js';
import { loadNodeAppAttest } from './node-app-attest.js';
import { loadSimpleWebAuthn } from './simplewebauthn.js';

/** The peers that are libraries for Node, by the name of their package. */
export const LIBRARY_PEERS: ReadonlyMap<string, () => Promise<LibraryPeer>> = new Map([
  ['@simplewebauthn/server', once(loadSimpleWebAuthn)],
  ['node-app-attest', once(loadNodeAppAttest)],
  ['appattest-checker-node', once(loadAppAttestChecker)],
]);

// What a library does while it loads can be watched but once in a process.
function once(load: () => Promise<LibraryPeer>): () => Promise<LibraryPeer> {
  let loading: Promise<LibraryPeer> | null = null;
  return () => (loading ??= load());
}
