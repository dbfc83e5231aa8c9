export { formatU64, parseU64 } from './decimal.js';
export {
  NONCE_BYTES,
  enrolmentBinding,
  type EnrolmentBindingInput,
  type EnrolmentPurpose,
} from './enrolment-binding.js';
export { appAttestKeyId, keyId } from './key-id.js';
export {
  PROFILE_S_HEADERS,
  SIGNATURE_FORM_HEADER,
  profileSString,
  type ProfileSInput,
  type SignatureForm,
} from './profile-s.js';
