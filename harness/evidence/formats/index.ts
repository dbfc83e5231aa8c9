export { formatU64, parseU64 } from './decimal.js';
export {
  NONCE_BYTES,
  enrolmentBinding,
  type EnrolmentBindingInput,
  type EnrolmentPurpose,
} from './enrolment-binding.js';
export { keyId } from './key-id.js';
export { PROFILE_S_HEADERS, profileSString, type ProfileSInput } from './profile-s.js';
