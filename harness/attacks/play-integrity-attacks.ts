import { toBase64url, utf8 } from '../encoding/bytes.js';
import { readP256Signature } from '../encoding/ecdsa.js';
import type { AppraisalPolicy, PlayIntegrityPolicy } from '../verifier/policy.js';
import { DAY_MS, type PlayIntegrityAttack } from './attack.js';
import type { AttackerKey } from './attacker-key.js';

const VERDICTS = 'Google, Integrity verdicts';
const CLASSIC = 'Google, Make a classic API request, Decrypt and verify locally';

/** The token says that its content key is the app's own. */
export const tokenDirect = token({
  id: 'play-integrity/token-alg-dir',
  description: 'has the token itself say how it is opened: `dir`, without a wrapped key',
  needs: [],
  failing: ['play-integrity/token-decrypts'],
  references: ['RFC 7518, 4.5', 'pyattest 1.0.5: `dir` is accepted'],
  mutate: ({ text }) => {
    const [, , ...rest] = text.split('.');
    const header = toBase64url(utf8(JSON.stringify({ alg: 'dir', enc: 'A256GCM' })));
    return [header, '', ...rest].join('.');
  },
});

/** A byte of the ciphertext is changed. */
export const tokenCiphertextChanged = token({
  id: 'play-integrity/token-ciphertext-changed',
  description: 'changes the encrypted verdict, for the reader who skips the tag of GCM',
  needs: [],
  failing: ['play-integrity/token-decrypts'],
  references: ['RFC 7516, 5.2 step 16'],
  mutate: ({ text }) => {
    const parts = text.split('.');
    const ciphertext = parts[3] ?? '';
    const other = ciphertext.startsWith('A') ? 'B' : 'A';
    return [...parts.slice(0, 3), other + ciphertext.slice(1), ...parts.slice(4)].join('.');
  },
});

/** Nobody signed the verdict. */
export const verdictUnsigned = token({
  id: 'play-integrity/verdict-unsigned',
  description: 'encrypts a verdict that says of itself that it needs no signature',
  needs: ['decryption-key'],
  failing: ['play-integrity/signature-verifies'],
  references: ['RFC 8725, 2.1 (alg none)', 'CWE-347'],
  mutate: ({ payload }, { encrypt }) => encrypt(`${part({ alg: 'none' })}.${text64(payload)}.`),
});

/** The attacker signed the verdict. */
export const verdictSignedByOther = token({
  id: 'play-integrity/verdict-signed-by-other',
  description: 'signs a verdict himself and encrypts it with the key that an app’s backends share',
  needs: ['decryption-key', 'own-key'],
  failing: ['play-integrity/signature-verifies'],
  references: [CLASSIC, 'RFC 7515, 5.2'],
  mutate: ({ payload }, { encrypt, attacker }) => {
    const signed = `${part({ alg: 'ES256' })}.${text64(payload)}`;
    return encrypt(`${signed}.${toBase64url(pair(attacker, utf8(signed)))}`);
  },
});

/** A member comes twice. */
export const memberDoubled = verdict({
  id: 'play-integrity/member-doubled',
  description: 'has the verdict on the phone twice, for two readers who each take another one',
  needs: ['leaked-vendor-key'],
  failing: ['play-integrity/payload-well-formed'],
  references: ['RFC 8259, 4 (names SHOULD be unique)', 'CVE-2017-12635'],
  edit: (payload) => payload.replace('{', '{"deviceIntegrity":{},'),
});

/** The verdict of an earlier nonce is shown again. */
export const verdictReplayed = verdict({
  id: 'play-integrity/verdict-replayed',
  description: 'shows a classic verdict that he captured earlier, for another nonce',
  needs: ['earlier-evidence'],
  failing: ['play-integrity/nonce-matches'],
  references: [`${VERDICTS}, nonce`],
  form: 'classic-token',
  edit: changed(['requestDetails', 'nonce'], 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'),
});

/** The request is another than the verdict is about. */
export const requestChanged = verdict({
  id: 'play-integrity/request-changed',
  description: 'gets a standard verdict for one request and sends another one with it',
  needs: ['hooked-app'],
  failing: ['play-integrity/request-hash-matches'],
  references: [`${VERDICTS}, requestHash`],
  form: 'decoded-payload',
  edit: changed(['requestDetails', 'requestHash'], 'another request'),
});

/** The verdict is a day old. */
export const verdictStale = verdict({
  id: 'play-integrity/verdict-stale',
  description: 'holds a verdict back until the phone that it is about is rooted',
  needs: ['earlier-evidence'],
  failing: ['play-integrity/timestamp-not-stale'],
  references: [`${VERDICTS}, timestampMillis`],
  afterMs: DAY_MS,
  edit: (payload) => payload,
});

/** The verdict is dated ahead. */
export const verdictAhead = verdict({
  id: 'play-integrity/verdict-ahead',
  description: 'shows a verdict that is dated ahead, which no limit of age will ever catch',
  needs: ['leaked-vendor-key'],
  failing: ['play-integrity/timestamp-not-ahead'],
  references: [`${VERDICTS}, timestampMillis`],
  afterMs: -DAY_MS,
  edit: (payload) => payload,
});

/** Another app asked. */
export const otherPackage = verdict({
  id: 'play-integrity/other-app',
  description: 'asks for the verdict from an app of his own that Play distributes',
  needs: ['other-app'],
  failing: ['play-integrity/package-matches'],
  references: [`${VERDICTS}, requestPackageName`],
  edit: changed(['requestDetails', 'requestPackageName'], 'org.example.other'),
});

/** The answer was scripted. */
export const testingResponse = verdict({
  id: 'play-integrity/testing-response',
  description: 'has himself entered as a tester, whose verdicts the Play Console scripts',
  needs: ['hooked-app'],
  failing: ['play-integrity/not-a-testing-response'],
  references: ['Google, Additional tools, Test response codes'],
  edit: changed(['testingDetails'], { isTestingResponse: true }),
});

/** The app is not the one that Play distributes. */
export const unrecognizedApp = verdict({
  id: 'play-integrity/unrecognized-app',
  description: 'repackages the app, which Play then does not recognise',
  needs: ['other-app'],
  failing: ['play-integrity/app-recognized'],
  references: [`${VERDICTS}, appRecognitionVerdict`, 'OWASP MASTG-KNOW-0029 (file integrity)'],
  edit: changed(['appIntegrity', 'appRecognitionVerdict'], 'UNRECOGNIZED_VERSION'),
});

/** The app is signed by another. */
export const otherSigner = verdict({
  id: 'play-integrity/other-signer',
  description: 'signs an app of our name himself',
  needs: ['other-app'],
  failing: ['play-integrity/signer-matches'],
  references: [`${VERDICTS}, certificateSha256Digest`],
  edit: changed(['appIntegrity', 'certificateSha256Digest'], ['AAAA']),
});

/** The phone has no integrity. */
export const rootedPhone = verdict({
  id: 'play-integrity/rooted-phone',
  description: 'asks for the verdict on a rooted phone, which an empty list tells of',
  needs: ['other-phone'],
  failing: ['play-integrity/device-integrity-met'],
  references: [`${VERDICTS}, deviceRecognitionVerdict`, 'OWASP MASTG-KNOW-0027 (root detection)'],
  edit: changed(['deviceIntegrity', 'deviceRecognitionVerdict'], []),
});

/** The app is an old release. */
export const oldRelease = verdict({
  id: 'play-integrity/old-release',
  description: 'installs an old release of the app, whose hole is known and which Play recognises',
  needs: ['other-build'],
  failing: ['play-integrity/version-sufficient'],
  references: [`${VERDICTS}, versionCode`, 'OWASP MASTG-KNOW-0023 (enforced updating)'],
  policy: setting({ minimumVersionCode: 7 }),
  edit: changed(['appIntegrity', 'versionCode'], '6'),
});

/** The system is an old one. */
export const oldSystem = verdict({
  id: 'play-integrity/old-system',
  description: 'uses a phone whose system is so old that it earns its labels without its hardware',
  needs: ['other-phone'],
  failing: ['play-integrity/sdk-version-sufficient'],
  references: [`${VERDICTS}, deviceAttributes`, 'Google, Improved verdicts in Android 13'],
  policy: setting({ minimumSdkVersion: 33 }),
  edit: changed(['deviceIntegrity', 'deviceAttributes'], { sdkVersion: 30 }),
});

/** The phone was marked and reset. */
export const markedPhoneReset = verdict({
  id: 'play-integrity/marked-phone-reset',
  description: 'resets a phone that the backend had marked for abuse and enrols it as a new one',
  needs: ['other-phone'],
  failing: ['play-integrity/recall-clear'],
  references: ['Google, Detect repeat abuse using device recall', 'OWASP OAT-019'],
  policy: setting({ refusedRecallBits: ['bitFirst'] }),
  edit: changed(['deviceIntegrity', 'deviceRecall'], {
    values: { bitFirst: true, bitSecond: false, bitThird: false },
    writeDates: { yyyymmFirst: 202605 },
  }),
});

/** Nobody got the app from Play. */
export const unlicensedCopy = verdict({
  id: 'play-integrity/unlicensed-copy',
  description: 'runs a copy of the app that he did not get from Play',
  needs: ['other-phone'],
  failing: ['play-integrity/app-licensed'],
  references: [`${VERDICTS}, appLicensingVerdict`],
  policy: setting({ licensing: 'required' }),
  edit: changed(['accountDetails', 'appLicensingVerdict'], 'UNLICENSED'),
});

/** One phone serves a farm. */
export const tokenFarm = verdict({
  id: 'play-integrity/token-farm',
  description: 'has one genuine phone ask for the verdicts of a farm',
  needs: ['other-phone'],
  failing: ['play-integrity/activity-plausible'],
  references: [`${VERDICTS}, recentDeviceActivity`, 'OWASP OAT-019 (account creation)'],
  policy: setting({ highestActivityLevel: 3 }),
  edit: changed(['deviceIntegrity', 'recentDeviceActivity'], { deviceActivityLevel: 'LEVEL_4' }),
});

/** An app captures the screen. */
export const screenCaptured = verdict({
  id: 'play-integrity/screen-captured',
  description: 'has an app of his on the phone of the victim that captures the screen',
  needs: ['other-phone'],
  failing: ['play-integrity/app-access-allowed'],
  references: [`${VERDICTS}, appAccessRiskVerdict`],
  policy: setting({ refusedAppAccess: ['UNKNOWN_CAPTURING'] }),
  edit: changed(['environmentDetails', 'appAccessRiskVerdict'], {
    appsDetected: ['UNKNOWN_CAPTURING'],
  }),
});

/** Malware is on the phone. */
export const malwareOnPhone = verdict({
  id: 'play-integrity/malware-on-phone',
  description: 'has malware on the phone of the victim, which Play Protect found',
  needs: ['other-phone'],
  failing: ['play-integrity/play-protect-clean'],
  references: [`${VERDICTS}, playProtectVerdict`],
  policy: setting({ allowedPlayProtect: ['NO_ISSUES'] }),
  edit: changed(['environmentDetails', 'playProtectVerdict'], 'HIGH_RISK'),
});

type Failing = NonNullable<PlayIntegrityAttack['failing']['play-integrity']>;
type Told = Pick<PlayIntegrityAttack, 'id' | 'description' | 'needs' | 'references'> & {
  readonly failing: Failing;
};

function token(attack: Told & Pick<PlayIntegrityAttack, 'mutate'>): PlayIntegrityAttack {
  const { failing, ...rest } = attack;
  return {
    ...rest,
    ...{ applies: 'play-integrity', form: 'classic-token' },
    failing: { 'play-integrity': failing },
  };
}

function verdict(
  attack: Told &
    Partial<Pick<PlayIntegrityAttack, 'form' | 'afterMs' | 'policy'>> & {
      readonly edit: (payload: string) => string;
    },
): PlayIntegrityAttack {
  const { failing, edit, form = null, ...rest } = attack;
  return {
    ...rest,
    ...{ applies: 'play-integrity', form },
    failing: { 'play-integrity': failing },
    mutate: ({ payload }, { seal }) => seal(edit(payload)),
  };
}

function setting(changes: Partial<PlayIntegrityPolicy>) {
  return (policy: AppraisalPolicy): AppraisalPolicy => ({
    ...policy,
    playIntegrity: { ...policy.playIntegrity, ...changes },
  });
}

// The payload is text, and all that is not meant to change keeps its value.
function changed(path: readonly string[], value: unknown): (payload: string) => string {
  const change = (object: unknown, [name = '', ...rest]: readonly string[]): object => {
    const members: Readonly<Record<string, unknown>> = { ...(object as object) };
    return { ...members, [name]: rest.length === 0 ? value : change(members[name], rest) };
  };
  return (payload) => JSON.stringify(change(JSON.parse(payload), path));
}

function part(header: object): string {
  return text64(JSON.stringify(header));
}

function text64(text: string): string {
  return toBase64url(utf8(text));
}

// RFC 7518, 3.4: r and s side by side, 32 bytes each.
function pair(attacker: AttackerKey, data: Uint8Array): Uint8Array {
  const { r, s } = readP256Signature(attacker.sign(data));
  const hex = [r, s].map((value) => value.toString(16).padStart(64, '0')).join('');
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}
