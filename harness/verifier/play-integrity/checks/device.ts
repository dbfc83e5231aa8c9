import { holds, notApplicable } from '../../check.js';
import { payloadCheck } from '../subject.js';

const VERDICTS = 'Google, Integrity verdicts';

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

/** The phone's system is no older than policy allows. */
export const sdkVersionSufficient = payloadCheck({
  id: 'play-integrity/sdk-version-sufficient',
  rule: 'sdkVersion is at least the API level that policy asks for',
  source: `${VERDICTS}, Device attributes`,
  withoutIt: 'a system that gets no fixes any more, and earns its labels by older rules, is served',
  evaluate({ fields, policy }) {
    const { minimumSdkVersion } = policy.playIntegrity;
    if (minimumSdkVersion === null) return notApplicable('policy leaves the system aside');
    const stated = fields.deviceIntegrity.deviceAttributes?.sdkVersion;
    return holds(stated !== undefined && stated >= minimumSdkVersion, {
      expected: `at least ${minimumSdkVersion}`,
      actual: stated === undefined ? 'no API level' : String(stated),
    });
  },
});

/** The phone is none that was marked earlier. */
export const recallClear = payloadCheck({
  id: 'play-integrity/recall-clear',
  rule: 'no bit of device recall is set that policy refuses',
  source: `${VERDICTS}, Device recall`,
  withoutIt: 'a phone that was caught once comes back after a reset as a new one',
  evaluate({ fields, policy }) {
    const { refusedRecallBits } = policy.playIntegrity;
    if (refusedRecallBits.length === 0) return notApplicable('policy leaves device recall aside');
    const values = fields.deviceIntegrity.deviceRecall?.values;
    // Google states every bit: one that is not there was not read.
    const bad = refusedRecallBits.filter((bit) => values?.[bit] !== false);
    return holds(bad.length === 0, {
      expected: `not set: ${refusedRecallBits.join(', ')}`,
      actual: bad.map((bit) => `${bit} ${values?.[bit] === true ? 'set' : 'not read'}`).join(', '),
    });
  },
});
