export { headerValues, type SignedHttpRequest } from './http-request.js';
export { PROFILE_R } from './profile-r.js';
export { signatureBase, readDictionary, isInnerList } from './signature-base.js';
export {
  httpSignatureHeaders,
  profileRHeaders,
  profileRSignature,
  type NewHttpSignature,
  type ProfileRInput,
} from './sign-profile-r.js';
export {
  profileSAssertionHeaders,
  profileSClientDataHash,
  profileSHeaders,
} from './sign-request.js';
export {
  parseSignedRequest,
  type SignedRequest,
  type SignedRequestEvidence,
  type SigningProfile,
} from './signed-request.js';
