import type { SubmissionAttack } from './attack.js';

const BOUND_TO = 'RFC 9334, 10 (freshness); profile "attestlab/enrol/v1"';

/** A challenge is answered twice. */
export const challengeSpent: SubmissionAttack = {
  id: 'submission/challenge-spent',
  applies: 'submission',
  description: 'answers one challenge twice, the second time for another key of the phone',
  needs: ['hooked-app'],
  failing: { submission: ['challenge/unspent'] },
  references: [BOUND_TO, 'CWE-294'],
  circumstance: 'challenge-spent',
  occasions: ['enrolment', 'signingKey', 'renewal'],
};

/** A challenge is answered by whom it was not given to. */
export const challengeOfAnother: SubmissionAttack = {
  id: 'submission/challenge-of-another',
  applies: 'submission',
  description: 'answers under his own name and connection a challenge that somebody else was given',
  needs: ['other-phone'],
  failing: { submission: ['challenge/issued-to-presenter'] },
  references: [BOUND_TO, 'RFC 8705, 3 (what is bound to a certificate)'],
  circumstance: 'challenge-of-another',
  occasions: ['enrolment', 'signingKey', 'renewal'],
};

/** A challenge is answered that was asked for another purpose. */
export const challengeForOtherPurpose: SubmissionAttack = {
  id: 'submission/challenge-for-other-purpose',
  applies: 'submission',
  description: 'renews by a challenge for a signing key, or registers one by that of a renewal',
  needs: ['hooked-app'],
  failing: { submission: ['challenge/issued-for-purpose'] },
  references: [BOUND_TO],
  circumstance: 'challenge-for-other-purpose',
  occasions: ['signingKey', 'renewal'],
};

/** A challenge of first enrolments is answered by a renewal, or the other way round. */
export const challengeOfOtherDoor: SubmissionAttack = {
  id: 'submission/challenge-of-other-door',
  applies: 'submission',
  description:
    'renews by a challenge of first enrolments, which anybody is given, or enrols by that of a renewal',
  needs: ['hooked-app'],
  failing: { submission: ['challenge/issued-to-presenter'] },
  references: [BOUND_TO, 'RFC 7030, 4.2.2 (re-enrolment)'],
  circumstance: 'challenge-of-other-door',
  occasions: ['enrolment', 'renewal'],
};

/** The evidence was made for another purpose. */
export const evidenceForOtherPurpose: SubmissionAttack = {
  id: 'submission/evidence-for-other-purpose',
  applies: 'submission',
  description:
    'brings evidence that the phone made for the challenge of the day and another purpose',
  needs: ['hooked-app'],
  failing: {
    'android-key': ['android-key/challenge-matches'],
    'app-attest-attestation': ['app-attest/nonce-matches'],
    'app-attest-assertion': ['app-attest-assertion/signature-verifies'],
  },
  references: [BOUND_TO],
  circumstance: 'evidence-for-other-purpose',
  occasions: ['enrolment', 'signingKey', 'renewal'],
};

/** The evidence is of an earlier challenge, for the very key that is asked for. */
export const evidenceOfEarlierChallenge: SubmissionAttack = {
  id: 'submission/evidence-of-earlier-challenge',
  applies: 'submission',
  description:
    'brings evidence of an earlier challenge for the same key, as a phone that has been rooted since would',
  needs: ['earlier-evidence'],
  failing: {
    'android-key': ['android-key/challenge-matches'],
    'app-attest-attestation': ['app-attest/nonce-matches'],
    'app-attest-assertion': ['app-attest-assertion/signature-verifies'],
  },
  references: [BOUND_TO, 'CWE-294'],
  circumstance: 'evidence-of-earlier-challenge',
  occasions: ['enrolment', 'signingKey', 'renewal'],
};

/** There is no evidence. */
export const evidenceLeftOut: SubmissionAttack = {
  id: 'submission/evidence-left-out',
  applies: 'submission',
  description: 'sends a good certification request and no evidence at all, as any program can',
  needs: ['own-key'],
  failing: { submission: ['enrolment/evidence-present'] },
  references: [BOUND_TO],
  circumstance: 'evidence-left-out',
  occasions: ['enrolment', 'signingKey', 'renewal'],
};

/** The key is that of another registration. */
export const keyOfAnother: SubmissionAttack = {
  id: 'submission/key-of-another',
  applies: 'submission',
  description: 'has a genuine phone vouch for a key that another phone is registered with',
  needs: ['other-phone', 'hooked-app'],
  failing: { submission: ['registration/key-not-elsewhere'] },
  references: ['App Attest vouches for a key and does not hold it'],
  circumstance: 'key-of-another',
  occasions: ['renewal'],
};

/** The key that attests was revoked. */
export const attestationKeyRevoked: SubmissionAttack = {
  id: 'submission/attestation-key-revoked',
  applies: 'submission',
  description:
    'attests with a keybox that left its factory and has been revoked, or renews with it',
  needs: ['leaked-vendor-key'],
  failing: { 'android-key': ['android-key/not-revoked'] },
  references: ['Android: attestation status list', 'RFC 5280, 6.3'],
  circumstance: 'attestation-key-revoked',
  occasions: ['enrolment', 'signingKey', 'renewal'],
};
