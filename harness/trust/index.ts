export { anchorOf, loadTrust, TRUST_FILE, trustSchema } from './load-trust.js';
export { normaliseSerial, parseRevocationList } from './revocation.js';
export type { RevocationEntry, RevocationSnapshot } from './revocation.js';
export { statusUrlOf, updateTrust } from './update-trust.js';
export type { TrustUpdate, UpdateSource } from './update-trust.js';
export type { TrustAnchor, TrustSet } from './trust-set.js';
