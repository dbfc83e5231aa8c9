import {
  openToken,
  parseIntegrityPayload,
  type IntegrityFields,
  type OpenedVerdict,
  type PlayIntegrityEvidence,
} from '../../evidence/play-integrity/index.js';
import type { Check } from '../check.js';
import type { CheckId } from '../check-ids.js';
import type { PlayIntegrityExpected } from '../expected.js';
import type { Appraisal } from '../format.js';
import type { CheckFinding } from '../result.js';

/** A verdict of Play Integrity under appraisal. */
export interface PlayIntegritySubject extends Appraisal<
  PlayIntegrityEvidence,
  PlayIntegrityExpected
> {
  /** Null for a classic token where the trust set has no keys to open it with. */
  readonly opened: OpenedVerdict | null;
}

/** A verdict whose payload was opened and parsed. */
export interface VerdictView extends PlayIntegritySubject {
  readonly fields: IntegrityFields;
}

/** Opens the verdict once for all checks. */
export function preparePlayIntegrity(
  appraisal: Appraisal<PlayIntegrityEvidence, PlayIntegrityExpected>,
): PlayIntegritySubject {
  const { evidence, trust } = appraisal;
  if (evidence.form === 'decoded-payload') {
    const payload = parseIntegrityPayload(evidence.text);
    return { ...appraisal, opened: { decrypted: null, verified: null, payload } };
  }
  const keys = trust.playIntegrityKeys;
  return { ...appraisal, opened: keys === undefined ? null : openToken(evidence.text, keys) };
}

/** A check of a payload that was opened; it needs `play-integrity/payload-well-formed`. */
export function payloadCheck(check: {
  readonly id: CheckId;
  readonly rule: string;
  readonly source: string;
  readonly withoutIt: string;
  evaluate(view: VerdictView): CheckFinding;
}): Check<PlayIntegritySubject> {
  return {
    ...check,
    needs: ['play-integrity/payload-well-formed'],
    evaluate(subject) {
      const payload = subject.opened?.payload;
      if (payload?.ok !== true) throw new Error(`${check.id} ran on a payload that did not parse`);
      return check.evaluate({ ...subject, fields: payload.value.fields });
    },
  };
}
