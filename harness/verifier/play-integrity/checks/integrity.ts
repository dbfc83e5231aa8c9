import { failed, holds, notApplicable, passed } from '../../check.js';
import { payloadCheck } from '../subject.js';

const VERDICTS = 'Google, Integrity verdicts';

/** The verdict is about our app. */
export const packageMatches = payloadCheck({
  id: 'play-integrity/package-matches',
  rule: 'the package that asked, and the one that was recognised, are ours',
  source: `${VERDICTS}, Request details and Application integrity fields`,
  withoutIt: 'another app on the phone gets verdicts for us',
  evaluate({ expected: { packageNames }, fields: { requestDetails, appIntegrity } }) {
    if (packageNames === undefined) return notApplicable('no package was expected');
    const named = [requestDetails.requestPackageName, appIntegrity.packageName];
    const stranger = named.find((name) => name !== undefined && !packageNames.includes(name));
    return stranger === undefined ? passed : failed(packageNames.join(' or '), stranger);
  },
});

/** The app is the one that Play distributes. */
export const appRecognized = payloadCheck({
  id: 'play-integrity/app-recognized',
  rule: 'appRecognitionVerdict is PLAY_RECOGNIZED',
  source: `${VERDICTS}, Application integrity field`,
  withoutIt: 'a repackaged app passes for the original',
  evaluate: ({ fields: { appIntegrity } }) =>
    holds(appIntegrity.appRecognitionVerdict === 'PLAY_RECOGNIZED', {
      expected: 'PLAY_RECOGNIZED',
      actual: appIntegrity.appRecognitionVerdict,
    }),
});

/** The app is signed by us. */
export const signerMatches = payloadCheck({
  id: 'play-integrity/signer-matches',
  rule: 'every signing certificate’s digest is among ours',
  source: `${VERDICTS}, Application integrity field, certificateSha256Digest`,
  withoutIt: 'an app of our package name and somebody else’s signature passes',
  evaluate({ expected: { certificateDigests }, fields: { appIntegrity } }) {
    if (certificateDigests === undefined) return notApplicable('no signer was expected');
    const named = appIntegrity.certificateSha256Digest ?? [];
    const ours = named.length > 0 && named.every((digest) => certificateDigests.includes(digest));
    return holds(ours, {
      expected: certificateDigests.join(' or '),
      actual: named.length === 0 ? 'no digest' : named.join(', '),
    });
  },
});

/** The phone has the integrity that policy asks for. */
export const deviceIntegrity = payloadCheck({
  id: 'play-integrity/device-integrity-met',
  rule: 'deviceRecognitionVerdict holds the label that policy asks for',
  source: `${VERDICTS}, Device integrity field`,
  withoutIt: 'a rooted phone or an emulator passes; an empty list is how they are told',
  evaluate({ fields, policy }) {
    const labels = fields.deviceIntegrity.deviceRecognitionVerdict ?? [];
    const wanted = policy.playIntegrity.deviceLabel;
    return holds(labels.includes(wanted), {
      expected: wanted,
      actual: labels.length === 0 ? 'no label' : labels.join(', '),
    });
  },
});

/** The user got the app from Play. */
export const appLicensed = payloadCheck({
  id: 'play-integrity/app-licensed',
  rule: 'appLicensingVerdict is LICENSED, where policy asks for it',
  source: `${VERDICTS}, Account details field`,
  withoutIt: 'copies of the app that nobody got from Play are served',
  evaluate({ fields: { accountDetails }, policy }) {
    if (policy.playIntegrity.licensing === 'ignored') {
      return notApplicable('policy leaves licensing aside');
    }
    const verdict = accountDetails.appLicensingVerdict;
    return holds(verdict === 'LICENSED', { expected: 'LICENSED', actual: verdict ?? 'no verdict' });
  },
});

/** The phone asks for tokens as people's phones do. */
export const activityPlausible = payloadCheck({
  id: 'play-integrity/activity-plausible',
  rule: 'deviceActivityLevel is at most what policy allows',
  source: `${VERDICTS}, Recent device activity`,
  withoutIt: 'one genuine phone serves tokens to a farm of others',
  evaluate({ fields, policy }) {
    const { highestActivityLevel } = policy.playIntegrity;
    if (highestActivityLevel === null) return notApplicable('policy leaves activity aside');
    const stated = fields.deviceIntegrity.recentDeviceActivity?.deviceActivityLevel;
    const level = /^LEVEL_([1-4])$/.exec(stated ?? '')?.[1];
    return holds(level !== undefined && Number(level) <= highestActivityLevel, {
      expected: `at most LEVEL_${highestActivityLevel}`,
      actual: stated ?? 'no level',
    });
  },
});

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
