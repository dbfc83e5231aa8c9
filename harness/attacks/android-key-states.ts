import { utf8 } from '../encoding/bytes.js';
import { der } from '../encoding/der-writer.js';
import { TAG_NUMBER, type KeyDescription } from '../evidence/android-key/index.js';
import type { AppraisalPolicy } from '../verifier/policy.js';
import type { AndroidKeyAttack, AttackDescription } from './attack.js';
import {
  descriptionOf,
  hardwareValue,
  leafOf,
  partsOf,
  RECORD_PART,
  recordOf,
  signedAgain,
  withList,
  withPart,
  withRecord,
  withTag,
} from './edit-record.js';
import { replaced } from './edit-der.js';

const SCHEMA = 'source.android.com, Key and ID attestation, AuthorizationList';
const BOOT = 'source.android.com, Verified Boot';
const LEAKED = [
  'CVE-2021-25444 and CVE-2021-25490 (keys of Samsung Keymaster)',
  'Google, attestation status list, reason KEY_COMPROMISE',
];
const MASTG = 'OWASP MASTG-KNOW-0044 (key attestation)';

const LOCKED = 1;
const STATE = 2;

/** The attestation says TEE and the key StrongBox, or the other way about. */
export const levelsUnequal = state({
  id: 'android-key/levels-unequal',
  description: 'has a weaker component attest a key as one of a stronger one',
  needs: ['leaked-vendor-key'],
  failing: ['android-key/levels-equal'],
  references: [...LEAKED, 'source.android.com, Key and ID attestation, SecurityLevel'],
  change: (record, { attestationLevel }) =>
    withPart(
      record,
      RECORD_PART.keyMintLevel,
      der.enumerated(attestationLevel === 'STRONG_BOX' ? 1 : 2),
    ),
});

/** A TEE's key says that it is StrongBox's. */
export const strongBoxClaimed: AndroidKeyAttack = {
  ...state({
    id: 'android-key/strongbox-claimed',
    description: 'signs a record that claims StrongBox with a leaked key of a TEE',
    needs: ['leaked-vendor-key'],
    failing: ['android-key/strongbox-certified'],
    references: [...LEAKED, 'android/keyattestation, SecurityLevelConstraint MATCHES_CERTIFICATE'],
    change: (record) =>
      withPart(
        withPart(record, RECORD_PART.keyMintLevel, der.enumerated(2)),
        RECORD_PART.attestationLevel,
        der.enumerated(2),
      ),
  }),
  isPossible: (chain) => descriptionOf(leafOf(chain)).attestationLevel !== 'STRONG_BOX',
};

/** The key was made outside. */
export const keyImported = state({
  id: 'android-key/key-imported',
  description: 'imports a key of which he keeps a copy, and has the phone attest it',
  failing: ['android-key/origin-generated'],
  references: ['KeyMint KeyOrigin IMPORTED', MASTG],
  change: hardware(TAG_NUMBER.origin, () => der.integer(2)),
});

/** The key is for something else than signing. */
export const keyOfOtherPurpose = state({
  id: 'android-key/key-of-other-purpose',
  description: 'enrols a key that may decrypt and not sign, with the safeguards of such a key',
  failing: ['android-key/purpose-sign'],
  references: ['KeyMint KeyPurpose'],
  change: hardware(TAG_NUMBER.purpose, () => der.set(der.integer(0), der.integer(1))),
});

/** Every app may use the key. */
export const keyForAllApplications = state({
  id: 'android-key/key-for-all-applications',
  description: 'enrols a key that every app on the phone may use',
  failing: ['android-key/bound-to-application'],
  references: ['WebAuthn Level 3, 8.4.1 (allApplications)'],
  change: hardware(TAG_NUMBER.allApplications, () => der.null()),
});

/** Nothing is said of the boot. */
export const rootOfTrustLeftOut = state({
  id: 'android-key/root-of-trust-left-out',
  description: 'leaves out what was booted, for the reader who takes silence for health',
  needs: ['leaked-vendor-key'],
  failing: ['android-key/root-of-trust-present'],
  references: [...LEAKED, BOOT],
  change: hardware(TAG_NUMBER.rootOfTrust, () => null),
});

/** The bootloader is unlocked. */
export const bootloaderUnlocked = state({
  id: 'android-key/bootloader-unlocked',
  description: 'attests with a phone whose bootloader he unlocked to root it',
  failing: ['android-key/device-locked'],
  references: [BOOT, 'OWASP MASTG-KNOW-0027 (root detection)'],
  change: bootWith(LOCKED, der.boolean(false)),
});

/** The phone booted a system of the attacker's. */
export const ownSystem = state({
  id: 'android-key/own-system',
  description: 'attests with a phone that runs a system which he signed himself',
  failing: ['android-key/boot-verified'],
  references: [`${BOOT}, device state SELF_SIGNED`],
  change: bootWith(STATE, der.enumerated(1)),
});

/** The phone has not been patched for years. */
export const unpatchedPhone = state({
  id: 'android-key/unpatched-phone',
  description: 'attests with a phone that has holes which were closed years ago',
  failing: [
    'android-key/os-patch-level-sufficient',
    'android-key/vendor-patch-level-sufficient',
    'android-key/boot-patch-level-sufficient',
  ],
  references: [`${SCHEMA}, patch levels`, 'source.android.com, Android Security Bulletins'],
  policy: (policy) => ({
    ...policy,
    androidKey: {
      ...policy.androidKey,
      minimumPatchLevel: {
        os: { notBefore: '2020-01' },
        vendor: { notBefore: '2020-01' },
        boot: { notBefore: '2020-01' },
      },
    },
  }),
  change: (record) =>
    [
      withTag(TAG_NUMBER.osPatchLevel, der.integer(201_901)),
      withTag(TAG_NUMBER.vendorPatchLevel, der.integer(20_190_105)),
      withTag(TAG_NUMBER.bootPatchLevel, der.integer(20_190_105)),
    ].reduce((changed, change) => withList(changed, 'hardwareEnforced', change), record),
});

/** The phone's clock was moved ahead. */
export const clockAhead = state({
  id: 'android-key/clock-ahead',
  description: 'moves the clock of his phone ahead by decades before the key is made',
  failing: ['android-key/creation-not-ahead'],
  references: [`${SCHEMA}, creationDateTime`],
  policy: (policy) => ({
    ...policy,
    androidKey: { ...policy.androidKey, creationFutureWindowMs: 86_400_000 },
  }),
  change: (record) =>
    withList(
      withList(record, 'hardwareEnforced', withTag(TAG_NUMBER.creationDateTime, null)),
      'softwareEnforced',
      withTag(TAG_NUMBER.creationDateTime, der.integer(Date.parse('2100-01-01T00:00:00Z'))),
    ),
});

/** Another app attests. */
export const otherApp = state({
  id: 'android-key/other-app',
  description: 'attests from an app of another name on a healthy phone',
  needs: ['other-app'],
  failing: ['android-key/package-matches'],
  references: ['source.android.com, Key and ID attestation, AttestationApplicationId'],
  change: application(({ digests }) => ({ names: ['org.example.other'], digests })),
});

/** The app was repackaged. */
export const repackagedApp = state({
  id: 'android-key/repackaged-app',
  description: 'repackages the app under its own name and signs it himself',
  needs: ['other-app'],
  failing: ['android-key/signer-matches'],
  references: ['OWASP MASTG-KNOW-0029 (file integrity)', MASTG],
  change: application(({ names }) => ({ names, digests: [new Uint8Array(32).fill(0xee)] })),
});

/** A tag comes twice. */
export const tagDoubled = state({
  id: 'android-key/tag-doubled',
  description: 'writes an unlocked root of trust before a locked one, for readers to differ over',
  needs: ['leaked-vendor-key'],
  failing: ['android-key/record-well-formed'],
  references: ['ITU-T X.690, 10.3', 'android/keyattestation: the last of two tags wins'],
  change: (record) =>
    withList(record, 'hardwareEnforced', (entries) => {
      const root = hardwareValue(bootWith(LOCKED, der.boolean(false))(record), 704);
      return [der.contextExplicit(TAG_NUMBER.rootOfTrust, root), ...entries];
    }),
});

/** Tags descend. */
export const tagsReversed = state({
  id: 'android-key/tags-reversed',
  description: 'signs a record of his own making, in an order that no KeyMint writes',
  needs: ['leaked-vendor-key'],
  failing: ['android-key/tags-in-order'],
  references: ['ITU-T X.690, 10.3'],
  policy: (policy) => withSetting(policy, { tagOrder: 'required' }),
  change: (record) => withList(record, 'hardwareEnforced', (entries) => [...entries].reverse()),
});

/** A tag that nobody knows. */
export const unknownTag = state({
  id: 'android-key/unknown-tag',
  description: 'enrols a key under a restriction that is newer than its reader',
  failing: ['android-key/tags-known'],
  references: [SCHEMA, 'google/android-key-attestation PR 73: parsing has to fail'],
  policy: (policy) => withSetting(policy, { unknownTags: 'rejected' }),
  change: hardware(60_000, () => der.null()),
});

type Change = (record: Uint8Array, description: KeyDescription) => Uint8Array;

function state(attack: {
  readonly id: string;
  readonly description: string;
  readonly needs?: AttackDescription['needs'];
  readonly failing: NonNullable<AttackDescription['failing']['android-key']>;
  readonly references: readonly string[];
  readonly policy?: (policy: AppraisalPolicy) => AppraisalPolicy;
  readonly change: Change;
}): AndroidKeyAttack {
  const { change, failing, needs = ['other-phone'], ...rest } = attack;
  return {
    ...rest,
    needs,
    applies: 'android-key',
    failing: { 'android-key': failing },
    async mutate(chain, means) {
      const leaf = leafOf(chain);
      const changed = withRecord(leaf, change(recordOf(leaf), descriptionOf(leaf)));
      return [await signedAgain(changed, authority(means)), ...chain.slice(1)];
    },
  };
}

function hardware(tag: number, value: () => Uint8Array | null): Change {
  return (record) => withList(record, 'hardwareEnforced', withTag(tag, value()));
}

function bootWith(at: number, part: Uint8Array): (record: Uint8Array) => Uint8Array {
  return (record) => {
    const root = partsOf(hardwareValue(record, TAG_NUMBER.rootOfTrust));
    const changed = der.sequence(...replaced(root, at, part));
    return withList(record, 'hardwareEnforced', withTag(TAG_NUMBER.rootOfTrust, changed));
  };
}

interface Application {
  readonly names: readonly string[];
  readonly digests: readonly Uint8Array[];
}

function application(change: (stated: Application) => Application): Change {
  return (record, { softwareEnforced }) => {
    const { packages = [], signatureDigests = [] } = softwareEnforced.applicationId ?? {};
    const names = packages.map(({ name }) => name);
    const changed = change({ names, digests: signatureDigests });
    const value = der.octetString(
      der.sequence(
        der.set(
          ...changed.names.map((name) => der.sequence(der.octetString(utf8(name)), der.integer(1))),
        ),
        der.set(...changed.digests.map((digest) => der.octetString(digest))),
      ),
    );
    const tag = TAG_NUMBER.attestationApplicationId;
    return withList(record, 'softwareEnforced', withTag(tag, value));
  };
}

function withSetting(
  policy: AppraisalPolicy,
  setting: Partial<AppraisalPolicy['androidKey']>,
): AppraisalPolicy {
  return { ...policy, androidKey: { ...policy.androidKey, ...setting } };
}

function authority({ signWithAuthority }: Parameters<AndroidKeyAttack['mutate']>[1]) {
  if (signWithAuthority === undefined) throw new RangeError('the attack signs as the authority');
  return signWithAuthority;
}
