export { anchorOf, loadTrust, loadUpkeep } from './load-trust.js';
export type { TrustUpkeep, WatchedAuthority } from './load-trust.js';
export { TRUST_FILE, trustSchema, trustSchemaFiles } from './trust-file.js';
export { normaliseSerial, parseRevocationList } from './revocation.js';
export type { RevocationEntry, RevocationSnapshot } from './revocation.js';
export { trustUrlsOf, updateTrust } from './update-trust.js';
export type { TrustUpdate, UpdateSource } from './update-trust.js';
export type { PlayIntegrityKeys, TrustAnchor, TrustSet } from './trust-set.js';
