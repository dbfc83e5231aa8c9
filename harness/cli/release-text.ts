import {
  maxSdk,
  type AndroidRelease,
  type ApkSigner,
  type AppleRelease,
  type AppRelease,
  type NetworkRules,
  type NetworkSecurity,
} from '../app-package/index.js';

/** A line for people: a name and what it is. */
export type ReleaseLine = readonly [name: string, value: string];

/** What people read of a release, line by line. */
export function releaseText(release: AppRelease): readonly ReleaseLine[] {
  return release.platform === 'android' ? androidLines(release) : appleLines(release);
}

function androidLines({ manifest, network, signing }: AndroidRelease): readonly ReleaseLine[] {
  return [
    ['package', manifest.packageName],
    ['version', `${manifest.versionName ?? 'unnamed'} (${manifest.versionCode})`],
    [
      'API levels',
      `from ${manifest.minSdk ?? 'a preview'}, target ${manifest.targetSdk ?? 'a preview'}`,
    ],
    ['debuggable', yes(manifest.debuggable)],
    ['test only', yes(manifest.testOnly)],
    ['permissions', permissionsText(manifest.permissions)],
    ...signing.signers.flatMap(signerLines),
    ['JAR signature (v1)', signing.jarSignatures.join(', ') || 'none'],
    ...network.flatMap(networkLines),
  ];
}

function signerLines(signer: ApkSigner): readonly ReleaseLine[] {
  const { scheme, sdkRange, certificateDigest, subject, algorithms, lineage } = signer;
  const range = sdkRange === null ? '' : `, API ${sdkRange.min} to ${maxSdk(sdkRange.max)}`;
  return [
    [`${scheme} signer`, certificateDigest],
    ['', `${subject ?? 'unreadable subject'}; ${algorithms.join(', ')}${range}`],
    ...lineage.map((step, index): ReleaseLine => [
      index === 0 ? '  lineage' : '',
      `${step.certificateDigest} (${step.capabilities.join(', ') || 'no capability'})`,
    ]),
  ];
}

function networkLines({ file, base, domains }: NetworkSecurity): readonly ReleaseLine[] {
  return [
    ['network security', file ?? 'the defaults of the platform'],
    ['  every other host', rulesText(base)],
    ...domains.map((rules): ReleaseLine => {
      const names = rules.domains.map(
        ({ name, includesSubdomains }) => (includesSubdomains ? '*.' : '') + name,
      );
      return ['  hosts', `${names.join(', ')}: ${rulesText(rules)}`];
    }),
  ];
}

function rulesText(rules: NetworkRules): string {
  const anchors = [
    ...(rules.trustsSystem ? ['system'] : []),
    ...(rules.trustsUser ? ['user'] : []),
    ...(rules.ownAnchors > 0 ? [`${rules.ownAnchors} of its own`] : []),
  ];
  const pins = rules.pins.map(({ digest, value }) => `${digest} ${value}`).join(', ');
  return [
    `anchors ${anchors.join(' and ') || 'none'}`,
    rules.cleartextPermitted ? 'cleartext permitted' : 'no cleartext',
    pins === '' ? 'no pins' : `pins ${pins} until ${rules.pinsExpire ?? 'for ever'}`,
  ].join('; ');
}

/** Permissions that decide what a probe or an attacker in the app's place can do. */
const NOTABLE = [
  'INTERNET',
  'QUERY_ALL_PACKAGES',
  'REQUEST_INSTALL_PACKAGES',
  'SYSTEM_ALERT_WINDOW',
  'READ_PHONE_STATE',
  'READ_PRIVILEGED_PHONE_STATE',
  'WRITE_SETTINGS',
  'WRITE_SECURE_SETTINGS',
  'MANAGE_EXTERNAL_STORAGE',
  'RECEIVE_SMS',
  'READ_SMS',
].map((name) => `android.permission.${name}`);

function permissionsText(permissions: readonly string[]): string {
  const notable = permissions.filter((name) => NOTABLE.includes(name));
  const others = permissions.length - notable.length;
  const names = notable.map((name) => name.replace('android.permission.', ''));
  if (permissions.length === 0) return 'none';
  return [...names, ...(others > 0 ? [`${others} others`] : [])].join(', ');
}

function appleLines(release: AppleRelease): readonly ReleaseLine[] {
  const { code, provisioning } = release;
  const { entitlements, signer } = code;
  return [
    ['bundle id', release.bundleId],
    ['version', `${release.version ?? 'unnamed'} (${release.build ?? 'no build'})`],
    ['minimum iOS', release.minimumOs ?? 'not stated'],
    ['team', entitlements.teamId ?? code.teamId ?? 'none'],
    ['application id', entitlements.applicationId ?? 'none'],
    ['signer', signer === null ? 'nobody' : signer.subjects.join(' / ')],
    [
      '  certificate',
      signer === null ? 'none' : `${signer.certificateDigest} until ${signer.expiresAt}`,
    ],
    ['App Attest', release.appAttestEnvironment ?? 'undecided'],
    ['  entitlement', entitlements.appAttest ?? 'none'],
    ['keychain groups', entitlements.keychainGroups.join(', ') || 'none'],
    ['get-task-allow', yes(entitlements.getTaskAllow)],
    ['encrypted', yes(code.isEncrypted)],
    [
      'profile',
      provisioning === null
        ? 'none'
        : `${provisioning.name ?? 'unnamed'}: ${provisioning.distribution}, ` +
          `${provisioning.deviceCount} phones, until ${provisioning.expiresAt ?? 'for ever'}`,
    ],
  ];
}

function yes(value: boolean): string {
  return value ? 'yes' : 'no';
}
