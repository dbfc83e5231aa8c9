export {
  parseIntegrityPayload,
  RECALL_BITS,
  type IntegrityFields,
  type IntegrityPayload,
  type RecallBit,
} from './payload.js';
export {
  openToken,
  playIntegrityPayload,
  playIntegrityToken,
  type OpenedVerdict,
  type PlayIntegrityEvidence,
  type PlayIntegrityKeys,
} from './play-integrity.js';
