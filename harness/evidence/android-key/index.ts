export { KEY_DESCRIPTION_OID, parseAndroidKey } from './android-key.js';
export type { AndroidKeyChain, AndroidKeyEvidence, AttestationRecord } from './android-key.js';
export { hasTag } from './authorization-list.js';
export type {
  AttestationApplicationId,
  AttestedPackage,
  AuthorizationList,
  UnknownTag,
} from './authorization-list.js';
export { parseKeyDescription, reaches, SECURITY_LEVELS, weakerLevel } from './key-description.js';
export type { KeyDescription, SecurityLevel } from './key-description.js';
export type { RootOfTrust, VerifiedBootState } from './root-of-trust.js';
export { ORIGIN_GENERATED, PURPOSE, TAG_NUMBER, TAGS } from './tags.js';
export type { TagKind } from './tags.js';
