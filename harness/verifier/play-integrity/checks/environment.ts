import { failed, holds, notApplicable } from '../../check.js';
import { payloadCheck } from '../subject.js';

const VERDICTS = 'Google, Integrity verdicts';

/** No app watches or steers the screen. */
export const appAccessAllowed = payloadCheck({
  id: 'play-integrity/app-access-allowed',
  rule: 'no app was detected whose access policy refuses',
  source: `${VERDICTS}, App access risk verdict`,
  withoutIt: 'an app that captures or controls the screen acts in the user’s name',
  evaluate({ fields, policy }) {
    const { refusedAppAccess } = policy.playIntegrity;
    if (refusedAppAccess.length === 0) return notApplicable('policy leaves app access aside');
    const detected = fields.environmentDetails.appAccessRiskVerdict?.appsDetected;
    if (detected === undefined) return failed('a verdict on app access', 'none');
    const risky = detected.filter((word) => refusedAppAccess.includes(word));
    return holds(risky.length === 0, {
      expected: `none of ${refusedAppAccess.join(', ')}`,
      actual: risky.join(', '),
    });
  },
});

/** Play Protect found nothing. */
export const playProtectClean = payloadCheck({
  id: 'play-integrity/play-protect-clean',
  rule: 'playProtectVerdict is one that policy allows',
  source: `${VERDICTS}, Play Protect verdict`,
  withoutIt: 'a phone with known malware, or with Play Protect off, is served',
  evaluate({ fields: { environmentDetails }, policy }) {
    const { allowedPlayProtect } = policy.playIntegrity;
    if (allowedPlayProtect === null) return notApplicable('policy leaves Play Protect aside');
    const verdict = environmentDetails.playProtectVerdict;
    return holds(verdict !== undefined && allowedPlayProtect.includes(verdict), {
      expected: allowedPlayProtect.join(' or '),
      actual: verdict ?? 'no verdict',
    });
  },
});
