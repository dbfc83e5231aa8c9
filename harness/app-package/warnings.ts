import type { AndroidRelease } from './android/android-release.js';
import type { NetworkRules, NetworkSecurity } from './android/network-security.js';
import type { AppleRelease } from './apple/apple-release.js';
import type { AppRelease } from './release.js';

/** What a reviewer should know of a release, whatever the lab expects of it. */
export function releaseWarnings(release: AppRelease, now: Date): readonly string[] {
  return release.platform === 'android'
    ? androidWarnings(release, now)
    : appleWarnings(release, now);
}

function androidWarnings(release: AndroidRelease, now: Date): readonly string[] {
  const { manifest, network, signing } = release;
  const isJarOnly = signing.signers.length === 0;
  return [
    ...(manifest.debuggable ? ['debuggable: anyone with the phone runs code inside the app'] : []),
    ...(manifest.testOnly ? ['testOnly: installs with `adb install -t` alone'] : []),
    // Android 7 was the first to know v2 (API 24).
    ...(!isJarOnly && (manifest.minSdk ?? 24) < 24
      ? ['phones before API 24 look at the JAR signature (v1), which is not verified here']
      : []),
    ...network.flatMap((security) =>
      networkWarnings(security, { now, debuggable: manifest.debuggable }),
    ),
  ];
}

function networkWarnings(
  { file, base, domains, hasDebugOverrides }: NetworkSecurity,
  { now, debuggable }: { readonly now: Date; readonly debuggable: boolean },
): readonly string[] {
  const where = file === null ? '' : `${file}: `;
  const overrides = hasDebugOverrides && debuggable ? ['debug-overrides are in force'] : [];
  const rules = [
    { hosts: 'every other host', rules: base },
    ...domains.map((domain) => ({
      hosts: domain.domains.map(({ name }) => name).join(', '),
      rules: domain,
    })),
  ];
  return [
    ...overrides,
    ...rules.flatMap(({ hosts, rules }) => ruleWarnings(hosts, rules, now)),
  ].map((text) => where + text);
}

function ruleWarnings(hosts: string, rules: NetworkRules, now: Date): readonly string[] {
  const { pins, pinsExpire } = rules;
  const isPinned = pins.length > 0;
  // Android counts the whole day, in the time zone of the phone; the warning takes UTC.
  const isExpired = pinsExpire !== null && Date.parse(pinsExpire) <= now.getTime();
  const unknown = pins.filter(({ digest }) => digest !== 'SHA-256');
  return [
    ...(rules.cleartextPermitted ? [`${hosts}: cleartext is permitted`] : []),
    ...(rules.trustsUser ? [`${hosts}: trusts authorities that the phone's owner installs`] : []),
    ...(isPinned && rules.overridesPins ? [`${hosts}: some anchors are exempt from the pins`] : []),
    ...(isExpired ? [`${hosts}: pins ended on ${pinsExpire} and are not looked at`] : []),
    ...(pins.length === 1 ? [`${hosts}: one pin and no backup`] : []),
    ...(unknown.length > 0 ? [`${hosts}: a pin that is not SHA-256`] : []),
  ];
}

function appleWarnings({ code, provisioning }: AppleRelease, now: Date): readonly string[] {
  const { entitlements } = code;
  const expiry = provisioning?.expiresAt ?? null;
  return [
    ...(entitlements.getTaskAllow ? ['get-task-allow: a debugger may attach'] : []),
    ...(entitlements.appAttest === null
      ? [
          'no App Attest environment: development builds attest in the sandbox, others in production',
        ]
      : []),
    ...(code.isEncrypted ? ['the executable is encrypted by the App Store'] : []),
    ...(expiry !== null && Date.parse(expiry) <= now.getTime()
      ? [`the provisioning profile ended at ${expiry}`]
      : []),
    ...(provisioning === null
      ? ['no provisioning profile: from the App Store, or never signed']
      : []),
  ];
}
