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

/** The app is no older than policy allows. */
export const versionSufficient = payloadCheck({
  id: 'play-integrity/version-sufficient',
  rule: 'the app’s version code is at least the one that policy asks for',
  source: `${VERDICTS}, Application integrity field, versionCode`,
  withoutIt: 'an old release of ours with a known hole, which Play recognises too, is served',
  evaluate({ fields: { appIntegrity }, policy }) {
    const { minimumVersionCode } = policy.playIntegrity;
    if (minimumVersionCode === null) return notApplicable('policy leaves the version aside');
    const stated = appIntegrity.versionCode;
    return holds(stated !== undefined && stated >= BigInt(minimumVersionCode), {
      expected: `at least ${minimumVersionCode}`,
      actual: stated === undefined ? 'no version' : String(stated),
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
