export { parseIntegrityPayload, type IntegrityFields, type IntegrityPayload } from './payload.js';
export {
  openToken,
  playIntegrityPayload,
  playIntegrityToken,
  type OpenedVerdict,
  type PlayIntegrityEvidence,
  type PlayIntegrityKeys,
} from './play-integrity.js';
