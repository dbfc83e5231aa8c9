import { equalBytes, toHex } from '../../../encoding/bytes.js';
import type { KeyDescription } from '../../../evidence/android-key/index.js';
import { failed, holds, notApplicable } from '../../check.js';
import { chainCheck, leafRecord, recordCheck } from '../subject.js';

/** The record answers our challenge. */
export const challengeMatches = recordCheck({
  id: 'android-key/challenge-matches',
  rule: "the record's challenge is the one that was issued",
  source: 'developer.android.com, KeyGenParameterSpec.Builder.setAttestationChallenge',
  withoutIt: 'an attestation that was recorded once is good for every enrolment after it',
  evaluate(view) {
    const { challenge } = view.expected;
    if (challenge === undefined) return notApplicable('no challenge to compare with');
    const actual = leafRecord(view).challenge;
    return holds(equalBytes(challenge, actual), {
      expected: toHex(challenge),
      actual: toHex(actual),
    });
  },
});

/** The leaf certifies the key that is being enrolled. */
export const keyMatches = chainCheck({
  id: 'android-key/key-matches',
  rule: 'the leaf certifies the key that is presented with it',
  source: 'RFC 2986, 4.1 (the key of the request); key of the attested certificate',
  withoutIt: 'a genuine attestation of one key vouches for a key made in software',
  evaluate({ expected: { spki }, chain }) {
    if (spki === undefined) return notApplicable('no key to compare with');
    return holds(equalBytes(spki, chain.leaf.spki), {
      expected: `key ${toHex(spki)}`,
      actual: `key ${toHex(chain.leaf.spki)}`,
    });
  },
});

/** The application is ours, by name. */
export const packageMatches = recordCheck({
  id: 'android-key/package-matches',
  rule: 'the record names one of our packages',
  source: 'source.android.com, Key and ID attestation, AttestationApplicationId',
  withoutIt: 'any app on a healthy phone enrols in the name of ours',
  evaluate(view) {
    const { packageNames } = view.expected;
    if (packageNames === undefined) return notApplicable('no package names to compare with');
    const names = applicationOf(leafRecord(view))?.packages.map(({ name }) => name) ?? [];
    return holds(
      names.some((name) => packageNames.includes(name)),
      { expected: packageNames.join(' or '), actual: names.join(', ') || 'no package' },
    );
  },
});

/** The application is signed by us. */
export const signerMatches = recordCheck({
  id: 'android-key/signer-matches',
  rule: 'every signer of the application is one of ours',
  source: 'source.android.com, Key and ID attestation, AttestationApplicationId',
  withoutIt: 'a repackaged app that keeps the name enrols as ours',
  evaluate(view) {
    const { signerDigests } = view.expected;
    if (signerDigests === undefined) return notApplicable('no signer digests to compare with');
    const digests = applicationOf(leafRecord(view))?.signatureDigests.map(toHex) ?? [];
    if (digests.length === 0) return failed(signerDigests.join(' or '), 'no signer');
    return holds(
      digests.every((digest) => signerDigests.includes(digest)),
      { expected: signerDigests.join(' or '), actual: digests.join(', ') },
    );
  },
});

function applicationOf({ softwareEnforced, hardwareEnforced }: KeyDescription) {
  return softwareEnforced.applicationId ?? hardwareEnforced.applicationId;
}
