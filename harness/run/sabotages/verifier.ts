import type { Sabotage, SabotageId } from './sabotage.js';
import { ignoring, misjudging, withVerifier } from './wrap.js';

type Row = Omit<Sabotage, 'id'>;

const ANDROID = ['android'] as const;
const IOS = ['ios'] as const;
const BOTH = ['android', 'ios'] as const;

/** Defects of the verifier: each forgets to ask one thing. */
export const VERIFIER_SABOTAGES = {
  'verifier-ignores-challenge': {
    description: 'the verifier does not compare the challenge in an Android key attestation',
    platforms: ANDROID,
    relyingParty: withVerifier(ignoring('android-key/challenge-matches')),
  },
  'verifier-ignores-key-binding': {
    description: 'the verifier does not compare the attested key with that of the request',
    platforms: ANDROID,
    relyingParty: withVerifier(ignoring('android-key/key-matches')),
  },
  'verifier-ignores-client-data': {
    description: 'the verifier does not compare the client data that an App Attest object covers',
    platforms: IOS,
    relyingParty: withVerifier(ignoring('app-attest/nonce-matches')),
  },
  'verifier-ignores-origin': {
    description: 'the verifier takes a key that was imported for one that was made in hardware',
    platforms: ANDROID,
    relyingParty: withVerifier(ignoring('android-key/origin-generated')),
  },
  'verifier-ignores-revocation': {
    description: 'the verifier does not look a chain up in the list of revoked keys',
    platforms: ANDROID,
    relyingParty: withVerifier(ignoring('android-key/not-revoked')),
  },
  'verifier-needs-no-revocation-list': {
    description: 'the verifier takes a missing list of revoked keys for an empty one',
    platforms: ANDROID,
    relyingParty: withVerifier(ignoring('android-key/revocation-list-usable')),
  },
  'verifier-ignores-app-name': {
    description: 'the verifier does not compare the package that an attestation names',
    platforms: ANDROID,
    relyingParty: withVerifier(ignoring('android-key/package-matches')),
  },
  'verifier-ignores-app-signer': {
    description: 'the verifier does not compare who has signed the package',
    platforms: ANDROID,
    relyingParty: withVerifier(ignoring('android-key/signer-matches')),
  },
  'verifier-ignores-app-id': {
    description: 'the verifier does not compare the app id that an App Attest object is for',
    platforms: IOS,
    relyingParty: withVerifier(ignoring('app-attest/app-matches')),
  },
  'verifier-ignores-environment': {
    description: 'the verifier takes App Attest of either environment',
    platforms: IOS,
    relyingParty: withVerifier(ignoring('app-attest/environment-allowed')),
  },
  'verifier-ignores-extended-chains': {
    description: 'the verifier takes a certificate that a key which is no authority has signed',
    platforms: ANDROID,
    relyingParty: withVerifier(ignoring('android-key/chain-not-extended')),
  },
  'verifier-ignores-second-record': {
    description: 'the verifier reads the record of the leaf and overlooks a second one',
    platforms: ANDROID,
    relyingParty: withVerifier(ignoring('android-key/single-record')),
  },
  'verifier-ignores-chain-signatures': {
    description: 'the verifier does not verify the signatures of a chain',
    platforms: ANDROID,
    relyingParty: withVerifier(ignoring('android-key/signatures-verify')),
  },
  'verifier-ignores-attestation-counter': {
    description:
      'the verifier does not ask whether an App Attest key was used before its attestation',
    platforms: IOS,
    relyingParty: withVerifier(ignoring('app-attest/counter-is-zero')),
  },
  'verifier-ignores-assertion-signature': {
    description: 'the verifier does not verify the signature of an App Attest assertion',
    platforms: IOS,
    relyingParty: withVerifier(ignoring('app-attest-assertion/signature-verifies')),
  },
  'verifier-ignores-assertion-counter': {
    description: 'the verifier does not compare the counter of an App Attest assertion',
    platforms: IOS,
    relyingParty: withVerifier(ignoring('app-attest-assertion/counter-increased')),
  },
  'verifier-skips-request-signature': {
    description: 'the verifier does not verify the signature of a request',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('signed-request/signature-verifies')),
  },
  'verifier-ignores-content-digest': {
    description:
      'the verifier does not compare the body of a request with the digest that is signed',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('signed-request/digest-matches')),
  },
  'verifier-takes-any-algorithm': {
    description: 'the verifier takes whatever algorithm a request names',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('signed-request/algorithm-allowed')),
  },
  'verifier-takes-any-coverage': {
    description: 'the verifier does not ask what of a request is signed',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('signed-request/components-covered')),
  },
  'verifier-takes-any-encoding': {
    description: 'the verifier takes a signature in whatever encoding it comes',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('signed-request/signature-encoding-allowed')),
  },
  'verifier-takes-loose-orders': {
    description: 'the verifier takes a request whose headers two readers may read in two ways',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('signed-request/well-formed')),
  },
  'verifier-takes-unknown-keys': {
    description: 'the verifier takes a request of a key that nobody registered',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('signed-request/key-known')),
  },
  // The one of them that refuses: who let nobody in would pass every test of refusals.
  'verifier-refuses-profile-r': {
    description: 'the verifier finds every signature of RFC 9421 wrong',
    platforms: BOTH,
    relyingParty: withVerifier(
      misjudging('signed-request/signature-verifies', ({ evidence }) => {
        const isRequest = evidence.format === 'signed-request' && evidence.parsed.ok;
        return isRequest && evidence.parsed.value.profile === 'R';
      }),
    ),
  },
  'verifier-ignores-request-app': {
    description: 'the verifier takes a request that the App Attest key of another app has signed',
    platforms: IOS,
    relyingParty: withVerifier(ignoring('signed-request/app-matches')),
  },
  'verifier-ignores-request-assertion-counter': {
    description: 'the verifier does not compare the counter of an assertion that signs a request',
    platforms: IOS,
    relyingParty: withVerifier(ignoring('signed-request/assertion-counter-increased')),
  },
  'verifier-ignores-play-nonce': {
    description: 'the verifier does not compare the nonce of a classic Play Integrity token',
    platforms: ANDROID,
    relyingParty: withVerifier(ignoring('play-integrity/nonce-matches')),
  },
  'verifier-ignores-play-request-hash': {
    description: 'the verifier does not compare the request hash of a standard Play verdict',
    platforms: ANDROID,
    relyingParty: withVerifier(ignoring('play-integrity/request-hash-matches')),
  },
  'verifier-ignores-connection': {
    description: 'the verifier takes a request over the connection of any registration',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('signed-request/key-bound-to-connection')),
  },
} as const satisfies Partial<Record<SabotageId, Row>>;
