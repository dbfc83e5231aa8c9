import { playIntegrityPayload, playIntegrityToken } from '../../evidence/play-integrity/index.js';
import type { PlayIntegrityEvidence } from '../../evidence/play-integrity/index.js';
import type { SubmittedVerdict } from '../schemas.js';

/**
 * Whether keys of Android phones come with a verdict of Play Integrity beside their attestation.
 * `accepted` judges one that comes, `ignored` looks at none.
 */
export type PlayIntegrityDemand = 'ignored' | 'accepted' | 'demanded';

/** Opens standard tokens, which nobody but Google's server can. */
export interface PlayIntegrityDecoder {
  /**
   * The verdict as JSON text, or null for what Google says is no token of the app. Throws where
   * Google does not answer: nothing was judged then, and that is no refusal.
   */
  decode(token: string): Promise<string | null>;
}

/** A verdict that came with an enrolment, as far as it can be appraised. */
export type PresentedVerdict = PlayIntegrityEvidence | 'undecodable';

/**
 * Takes a verdict as it came. A classic token is the verifier's to open; a standard one is decoded
 * here and now, by Google, which counts every call against the app's daily quota.
 */
export async function presentedVerdict(
  submitted: SubmittedVerdict | undefined,
  by: { readonly demand: PlayIntegrityDemand; readonly decoder: PlayIntegrityDecoder | null },
): Promise<PresentedVerdict | null> {
  if (submitted === undefined || by.demand === 'ignored') return null;
  if (submitted.kind === 'classic') return playIntegrityToken(submitted.token);
  const payload = (await by.decoder?.decode(submitted.token)) ?? null;
  return payload === null ? 'undecodable' : playIntegrityPayload(payload);
}
