export { headerValues, type SignedHttpRequest } from './http-request.js';
export {
  profileSAssertionHeaders,
  profileSClientDataHash,
  profileSHeaders,
} from './sign-request.js';
export { parseSignedRequest, type ProfileS, type SignedRequestEvidence } from './signed-request.js';
