import { equalBytes, toHex, utf8 } from '../../../../encoding/bytes.js';
import { p256PointOfSpki } from '../../../../encoding/cose.js';
import { readAttestedNonce } from '../../../../evidence/app-attest/index.js';
import { failed, holds } from '../../../check.js';
import { sha256 } from '../../digest.js';
import { attestationCheck } from '../subject.js';

const GUIDE = 'Apple, Validating apps that connect to your server, Verify the attestation';

/** The certificate was issued for this challenge and this authenticator data. */
export const nonceMatches = attestationCheck({
  id: 'app-attest/nonce-matches',
  rule: 'the nonce in extension 1.2.840.113635.100.8.2 is SHA-256(authData ‖ clientDataHash)',
  source: `${GUIDE}, steps 2 to 4`,
  withoutIt: 'an attestation that was made for another challenge, or another phone, is replayed',
  evaluate({ object, expected }) {
    const wanted = sha256(object.authData.raw, expected.clientDataHash);
    const nonce = readAttestedNonce(object.certificates[0]);
    if (!nonce.ok) return failed(toHex(wanted), nonce.malformation.message);
    return holds(equalBytes(nonce.value, wanted), {
      expected: toHex(wanted),
      actual: toHex(nonce.value),
    });
  },
});

/** The certified key is the one that the app named. */
export const keyIdMatches = attestationCheck({
  id: 'app-attest/key-id-matches',
  rule: 'SHA-256 of the certified key, as an uncompressed point, is the key id',
  source: `${GUIDE}, step 5`,
  withoutIt: 'one key is attested and another one registered',
  evaluate({ object, expected }) {
    const point = p256PointOfSpki(object.certificates[0].spki);
    if (point === null) return failed('a P-256 key', 'another kind of key');
    const actual = sha256(point);
    return holds(equalBytes(actual, expected.keyId), {
      expected: toHex(expected.keyId),
      actual: toHex(actual),
    });
  },
});

/** The credential id is the key id as well. */
export const credentialIdMatches = attestationCheck({
  id: 'app-attest/credential-id-matches',
  rule: 'the credential id in the authenticator data is the key id',
  source: `${GUIDE}, step 9`,
  withoutIt: 'whoever reads the id from the authenticator data registers another key',
  evaluate: ({ object, expected }) =>
    holds(equalBytes(object.authData.credentialId, expected.keyId), {
      expected: toHex(expected.keyId),
      actual: toHex(object.authData.credentialId),
    }),
});

/** The key in the authenticator data is the certified one. */
export const credentialKeyMatches = attestationCheck({
  id: 'app-attest/credential-key-matches',
  rule: 'the COSE key in the authenticator data is the certified key',
  source: 'WebAuthn Level 3, 8.8 (the like for Apple anonymous attestation)',
  withoutIt: 'whoever takes the key from the authenticator data registers one that nobody attested',
  evaluate({ object }) {
    const point = p256PointOfSpki(object.certificates[0].spki);
    const { publicKey } = object.authData;
    return holds(point !== null && equalBytes(point, publicKey), {
      expected: point === null ? 'a certified P-256 key' : toHex(point),
      actual: toHex(publicKey),
    });
  },
});

/** The app is one of ours. */
export const appMatches = attestationCheck({
  id: 'app-attest/app-matches',
  rule: 'the RP id hash is SHA-256 of one of our app ids',
  source: `${GUIDE}, step 6`,
  withoutIt: 'any app on the same phone, the attacker’s own included, attests a key for us',
  evaluate({ object, expected }) {
    const { rpIdHash } = object.authData;
    const ours = expected.appIds.some((appId) => equalBytes(sha256(utf8(appId)), rpIdHash));
    return holds(ours, {
      expected:
        expected.appIds.length === 0 ? 'an app id, but none is ours' : expected.appIds.join(' or '),
      actual: `RP id hash ${toHex(rpIdHash)}`,
    });
  },
});
