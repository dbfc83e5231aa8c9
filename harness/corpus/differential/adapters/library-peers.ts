import type { LibraryPeer } from '../peer.js';
import { loadAppAttestChecker } from './appattest-checker.js';
import { loadNodeAppAttest } from './node-app-attest.js';
import { loadSimpleWebAuthn } from './simplewebauthn.js';

/** The peers that are libraries for Node, by the name of their package. */
export const LIBRARY_PEERS: ReadonlyMap<string, () => Promise<LibraryPeer>> = new Map([
  ['@simplewebauthn/server', loadSimpleWebAuthn],
  ['node-app-attest', loadNodeAppAttest],
  ['appattest-checker-node', loadAppAttestChecker],
]);
