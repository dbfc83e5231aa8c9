import { generateKeyPairSync } from 'node:crypto';
import { concatBytes } from '../encoding/bytes.js';
import { der } from '../encoding/der-writer.js';
import { buildCsr, parseCsr } from '../evidence/csr/index.js';
import type { CsrAttack } from './attack.js';
import { flipBit, putTogether, replaced, signedBytes, takeApart } from './edit-der.js';

// Parts of CertificationRequestInfo (RFC 2986, 4.1).
const SUBJECT = 1;
const KEY = 2;

const ECDSA_WITH_SHA1 = der.sequence(der.oid('1.2.840.10045.4.1'));

const POSSESSION = 'RFC 2986, 3: the request is signed with the key that it names';
const BINDING = 'the attestation binds the key or the request (profile "attestlab/enrol/v1")';

/** One bit of what the phone signed is turned over on the way. */
export const csrByteFlipped: CsrAttack = {
  id: 'csr/byte-flipped',
  applies: 'csr',
  description: 'turns over one bit of the subject on the way, to be certified under another name',
  needs: [],
  failing: {
    csr: ['csr/signature-verifies'],
    'app-attest-attestation': ['app-attest/nonce-matches'],
  },
  references: [POSSESSION],
  mutate(csr) {
    const parts = takeApart(csr);
    const subject = flipBit(parts.fields[SUBJECT] ?? new Uint8Array(), -1);
    return putTogether({ ...parts, fields: replaced(parts.fields, SUBJECT, subject) });
  },
};

/** The attacker's key stands in the request, without its signature. */
export const csrKeyReplaced: CsrAttack = {
  id: 'csr/key-replaced',
  applies: 'csr',
  description: 'puts his own key into the request and cannot sign in its place',
  needs: ['own-key'],
  failing: {
    csr: ['csr/signature-verifies'],
    'android-key': ['android-key/key-matches'],
    'app-attest-attestation': ['app-attest/nonce-matches'],
  },
  references: [POSSESSION, BINDING],
  mutate(csr, { attacker }) {
    const parts = takeApart(csr);
    return putTogether({ ...parts, fields: replaced(parts.fields, KEY, attacker.spki) });
  },
};

/** The attacker's key stands in the request and signs it: possession holds, the binding does not. */
export const csrKeySwapped: CsrAttack = {
  id: 'csr/key-swapped',
  applies: 'csr',
  description:
    'sends a request for a key of his own, well signed, with the attestation of a genuine phone',
  needs: ['own-key'],
  failing: {
    'android-key': ['android-key/key-matches'],
    'app-attest-attestation': ['app-attest/nonce-matches'],
  },
  references: [BINDING],
  mutate(csr, { attacker }) {
    const parts = takeApart(csr);
    const fields = replaced(parts.fields, KEY, attacker.spki);
    const signature = der.bitString(attacker.sign(signedBytes({ fields })));
    return putTogether({ ...parts, fields, signature });
  },
};

/** Bytes follow the request. */
export const csrTrailingByte: CsrAttack = {
  id: 'csr/trailing-byte',
  applies: 'csr',
  description: 'appends a byte, so that a lax parser and a digest see two requests',
  needs: [],
  failing: {
    csr: ['csr/well-formed'],
    'app-attest-attestation': ['app-attest/nonce-matches'],
  },
  references: ['ITU-T X.690, 10', 'RFC 2986, 4.2'],
  mutate: (csr) => concatBytes(csr, Uint8Array.of(0)),
};

/** One bit of the signature is turned over. */
export const csrSignatureBit: CsrAttack = {
  id: 'csr/signature-bit',
  applies: 'csr',
  description: 'turns over the last bit of the signature, as a request nobody signed would look',
  needs: [],
  failing: {
    csr: ['csr/signature-verifies'],
    'app-attest-attestation': ['app-attest/nonce-matches'],
  },
  references: [POSSESSION],
  mutate(csr) {
    const spoilt = flipBit(csr, -1);
    if (!parseCsr(spoilt).parsed.ok) throw new Error('the request no longer parses');
    return spoilt;
  },
};

/** The key is on another curve. */
export const csrKeyOfOtherCurve: CsrAttack = {
  id: 'csr/key-of-other-curve',
  applies: 'csr',
  description: 'asks for a certificate for a key on another curve, where checks may be missing',
  needs: ['own-key'],
  failing: {
    csr: ['csr/key-allowed'],
    'android-key': ['android-key/key-matches'],
    'app-attest-attestation': ['app-attest/nonce-matches'],
  },
  references: ['RFC 5480, 2.1.1', 'CVE-2020-0601'],
  mutate(csr) {
    const parts = takeApart(csr);
    const { publicKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-384',
      publicKeyEncoding: { type: 'spki', format: 'der' },
      privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    });
    return putTogether({
      ...parts,
      fields: replaced(parts.fields, KEY, new Uint8Array(publicKey)),
    });
  },
};

/** The request names an algorithm with a broken digest. */
export const csrDigestDowngraded: CsrAttack = {
  id: 'csr/digest-downgraded',
  applies: 'csr',
  description: 'says that the request is signed over SHA-1, for which he can find two requests',
  needs: [],
  failing: {
    csr: ['csr/signature-algorithm-allowed'],
    'app-attest-attestation': ['app-attest/nonce-matches'],
  },
  references: ['RFC 5758, 3.2', 'shattered.io (SHA-1 collisions), CVE-2005-4900'],
  mutate: (csr) => putTogether({ ...takeApart(csr), algorithm: ECDSA_WITH_SHA1 }),
};

/** A request without the nonce of the day. */
export const csrWithoutNonce: CsrAttack = {
  id: 'csr/without-nonce',
  applies: 'csr',
  description:
    'sends a request for a key of his own that was not made for the challenge of the day',
  needs: ['own-key'],
  failing: {
    csr: ['csr/nonce-matches'],
    'android-key': ['android-key/key-matches'],
    'app-attest-attestation': ['app-attest/nonce-matches'],
  },
  references: ['RFC 2985, 5.4.1 (challengePassword)', POSSESSION],
  mutate: (_csr, { attacker }) =>
    buildCsr({
      ...{ commonName: 'another', spki: attacker.spki },
      sign: (info) => attacker.sign(info),
    }),
};
