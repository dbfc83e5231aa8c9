import { concatBytes, equalBytes, utf8 } from '../encoding/bytes.js';
import { encodeCbor, expectCbor, readCbor, requiredEntry } from '../encoding/cbor.js';
import { parseAppAttestAttestation } from '../evidence/app-attest/index.js';
import type { AppAttestAttack, AppAttestSubmission } from './attack.js';
import { reissued } from './edit-certificate.js';
import { patchMember } from './edit-cbor.js';
import { flipBit, putTogether, replaced, takeApart } from './edit-der.js';

const GUIDE = 'Apple, Validating apps that connect to your server';

// Authenticator data: RP id hash of 32 bytes, flags, counter of 4 bytes, AAGUID of 16.
const LAST_OF_COUNTER = 36;
const AAGUID = 37;

const COORDINATE = 32;
// Part of TBSCertificate version 3 (RFC 5280, 4.1).
const ISSUER = 3;

const PRODUCTION = concatBytes(utf8('appattest'), new Uint8Array(7));
const DEVELOPMENT = utf8('appattestdevelop');

/** The attestation of an earlier registration is sent again. */
export const attestationReplayed: AppAttestAttack = {
  id: 'app-attest/replayed',
  applies: 'app-attest-attestation',
  description: 'sends an attestation that he captured earlier, with the key id that belongs to it',
  needs: ['earlier-evidence'],
  failing: { 'app-attest-attestation': ['app-attest/nonce-matches'] },
  references: [`${GUIDE}, attestation steps 2 to 4`],
  mutate: (_submission, { earlier }) => earlier,
};

/** Another key is named than the one that was attested. */
export const keyIdSwapped: AppAttestAttack = {
  id: 'app-attest/key-id-swapped',
  applies: 'app-attest-attestation',
  description: 'names a key of his own beside an attestation of another one',
  needs: [],
  failing: {
    'app-attest-attestation': ['app-attest/key-id-matches', 'app-attest/credential-id-matches'],
  },
  references: [`${GUIDE}, attestation steps 5 and 9`],
  mutate: ({ object, keyId }) => ({ object, keyId: flipBit(keyId, 0) }),
};

/** A build for development is labelled as one of the store, or the other way about. */
export const environmentRelabelled: AppAttestAttack = {
  id: 'app-attest/environment-relabelled',
  applies: 'app-attest-attestation',
  description: 'writes the other environment into what the phone attested',
  needs: [],
  failing: { 'app-attest-attestation': ['app-attest/nonce-matches'] },
  references: [`${GUIDE}, attestation step 8; the nonce covers the authenticator data`],
  mutate: ({ object, keyId }) => ({
    keyId,
    object: patchMember(object, 'authData', (authData) => {
      const isProduction = authData[AAGUID + DEVELOPMENT.length - 1] === 0;
      authData.set(isProduction ? DEVELOPMENT : PRODUCTION, AAGUID);
    }),
  }),
};

/** A build for development attests to a service that is in production. */
export const developmentBuild: AppAttestAttack = {
  id: 'app-attest/development-build',
  applies: 'app-attest-attestation',
  description:
    'attests with a build for development, which he can change, to a service in production',
  needs: ['other-build'],
  failing: { 'app-attest-attestation': ['app-attest/environment-allowed'] },
  references: [
    `${GUIDE}, attestation step 8`,
    'appattest-checker-node 1.0.3: nine bytes of the AAGUID are compared, the same in both',
  ],
  mutate: (_submission, { developmentBuild: submission }) => submission,
};

/** The counter of an attestation is not zero. */
export const counterNotZero: AppAttestAttack = {
  id: 'app-attest/counter-not-zero',
  applies: 'app-attest-attestation',
  description: 'raises the counter, so that later assertions with low counters look like old ones',
  needs: [],
  failing: {
    'app-attest-attestation': ['app-attest/nonce-matches', 'app-attest/counter-is-zero'],
  },
  references: [`${GUIDE}, attestation step 7`],
  mutate: ({ object, keyId }) => ({
    keyId,
    object: patchMember(object, 'authData', (authData) => {
      authData[LAST_OF_COUNTER] = 1;
    }),
  }),
};

/** Every certificate is the attacker's, every name Apple's. */
export const attestationLookalike: AppAttestAttack = {
  id: 'app-attest/lookalike-chain',
  applies: 'app-attest-attestation',
  description: 'copies both certificates name by name and signs them with a key of his own',
  needs: ['own-key'],
  failing: {
    'app-attest-attestation': ['app-attest/signatures-verify', 'app-attest/receipt-belongs'],
  },
  references: [`${GUIDE}, attestation step 1`],
  mutate({ object, keyId }, { attacker }) {
    const { certificates, receiptBytes } = attestationOf(object);
    const x5c = certificates.map(({ raw, spki }, at) =>
      reissued(raw, attacker, at === 0 ? spki : attacker.spki),
    );
    return { keyId, object: withStatement(object, { x5c, receipt: receiptBytes }) };
  },
};

/** Bytes follow the object. */
export const attestationTrailingByte: AppAttestAttack = {
  id: 'app-attest/trailing-byte',
  applies: 'app-attest-attestation',
  description: 'appends a byte, which many CBOR readers pass over in silence',
  needs: [],
  failing: { 'app-attest-attestation': ['app-attest/well-formed'] },
  references: ['RFC 8949, 5.3.1 (well-formedness)'],
  mutate: ({ object, keyId }) => ({ keyId, object: concatBytes(object, Uint8Array.of(0)) }),
};

/** The chain is cut down to the credential's certificate. */
export const loneCredential: AppAttestAttack = {
  id: 'app-attest/lone-credential',
  applies: 'app-attest-attestation',
  description: 'sends the certificate of the key alone, without any that vouches for it',
  needs: [],
  failing: {
    'app-attest-attestation': ['app-attest/chain-long-enough', 'app-attest/anchor-trusted'],
  },
  references: [`${GUIDE}, attestation step 1`, 'CWE-296'],
  mutate: ({ object, keyId }) => {
    const { certificates, receiptBytes } = attestationOf(object);
    const x5c = certificates.slice(0, 1).map(({ raw }) => raw);
    return { keyId, object: withStatement(object, { x5c, receipt: receiptBytes }) };
  },
};

/** The certificate of the key stands in the authority's place. */
export const authorityReplaced: AppAttestAttack = {
  id: 'app-attest/authority-replaced',
  applies: 'app-attest-attestation',
  description: 'puts the certificate of the key in the place of the authority that signed it',
  needs: [],
  failing: {
    'app-attest-attestation': [
      'app-attest/names-chain',
      'app-attest/issuers-are-authorities',
      'app-attest/signatures-verify',
      'app-attest/anchor-trusted',
    ],
  },
  references: [`${GUIDE}, attestation step 1`, 'RFC 5280, 6.1.4 (k)', 'CVE-2002-0862'],
  mutate: ({ object, keyId }) => {
    const { certificates, receiptBytes } = attestationOf(object);
    const x5c = certificates.slice(0, 1).flatMap(({ raw }) => [raw, raw]);
    return { keyId, object: withStatement(object, { x5c, receipt: receiptBytes }) };
  },
};

/** Chain and root are the attacker's, under names of his own. */
export const ownHierarchy: AppAttestAttack = {
  id: 'app-attest/own-hierarchy',
  applies: 'app-attest-attestation',
  description: 'certifies the key himself, under a hierarchy of his own',
  needs: ['own-key'],
  failing: {
    'app-attest-attestation': ['app-attest/anchor-trusted', 'app-attest/receipt-belongs'],
  },
  references: [
    `${GUIDE}, attestation step 1`,
    'TheDhejavu/appattest-rs 4c9404f1: the answer of the chain check is dropped',
  ],
  mutate({ object, keyId }, { attacker }) {
    const { certificates, receiptBytes } = attestationOf(object);
    const x5c = certificates.map(({ raw, spki, subject }, at) =>
      at === 0
        ? reissued(raw, attacker, spki)
        : reissued(withIssuer(raw, subject.raw), attacker, attacker.spki),
    );
    return { keyId, object: withStatement(object, { x5c, receipt: receiptBytes }) };
  },
};

/** The attestation is presented before its certificates are valid. */
export const attestationBeforeItsTime: AppAttestAttack = {
  id: 'app-attest/before-its-time',
  applies: 'app-attest-attestation',
  description: 'uses an attestation that was prepared for later',
  needs: ['earlier-evidence'],
  failing: { 'app-attest-attestation': ['app-attest/already-valid'] },
  references: ['RFC 5280, 6.1.3 (a)(2)'],
  presentedAt: ({ object }) => {
    const [credential] = attestationOf(object).certificates;
    return new Date(credential.notBeforeMs - 1000);
  },
  mutate: (submission) => submission,
};

/** The attestation is presented after its certificate expired. */
export const attestationAfterItsTime: AppAttestAttack = {
  id: 'app-attest/after-its-time',
  applies: 'app-attest-attestation',
  description: 'holds an attestation back until nobody remembers its challenge, and sends it then',
  needs: ['earlier-evidence'],
  failing: { 'app-attest-attestation': ['app-attest/not-expired'] },
  references: ['RFC 5280, 6.1.3 (a)(2)', 'uebelack/node-app-attest 1.0.1: dates are not looked at'],
  presentedAt: ({ object }) => {
    const [credential] = attestationOf(object).certificates;
    return new Date(credential.notAfterMs + 1000);
  },
  mutate: (submission) => submission,
};

/** Another app attests. */
export const attestedByOtherApp: AppAttestAttack = {
  id: 'app-attest/other-app',
  applies: 'app-attest-attestation',
  description: 'attests from an app of his own on a genuine iPhone',
  needs: ['other-app'],
  failing: { 'app-attest-attestation': ['app-attest/app-matches', 'app-attest/receipt-belongs'] },
  references: [`${GUIDE}, attestation step 6`],
  mutate: (_submission, { otherApp }) => given(otherApp),
};

/** A build that was distributed in another way attests. */
export const otherDistribution: AppAttestAttack = {
  id: 'app-attest/other-distribution',
  applies: 'app-attest-attestation',
  description: 'attests with a build that never went through the review of the store',
  needs: ['other-build'],
  failing: { 'app-attest-attestation': ['app-attest/validation-category-allowed'] },
  references: ['Apple, WWDC26 session 201 (validation categories)'],
  mutate: (_submission, { otherDistribution: submission }) => given(submission),
};

/** The key in the authenticator data is the attacker's. */
export const credentialKeyReplaced: AppAttestAttack = {
  id: 'app-attest/credential-key-replaced',
  applies: 'app-attest-attestation',
  description: 'puts his own key where a reader of the authenticator data alone looks for it',
  needs: ['own-key'],
  failing: {
    'app-attest-attestation': ['app-attest/nonce-matches', 'app-attest/credential-key-matches'],
  },
  references: [`${GUIDE}, attestation steps 2 to 5`, 'WebAuthn Level 3, 8.8'],
  mutate({ object, keyId }, { attacker }) {
    const { publicKey } = attestationOf(object).authData;
    // Both are uncompressed points; in COSE, x and y stand apart.
    const own = attacker.spki.subarray(-COORDINATE * 2);
    return {
      keyId,
      object: patchMember(object, 'authData', (authData) => {
        for (const from of [0, COORDINATE]) {
          const before = publicKey.subarray(1 + from, 1 + from + COORDINATE);
          authData.set(own.subarray(from, from + COORDINATE), indexOf(authData, before));
        }
      }),
    };
  },
};

/** The receipt is changed. */
export const receiptSpoilt: AppAttestAttack = {
  id: 'app-attest/receipt-spoilt',
  applies: 'app-attest-attestation',
  description: 'turns over a bit of the receipt, so that the risk of the phone is never asked for',
  needs: [],
  failing: { 'app-attest-attestation': ['app-attest/receipt-verifies'] },
  references: ['Apple, Assessing fraud risk'],
  mutate: ({ object, keyId }) => {
    const { certificates, receiptBytes } = attestationOf(object);
    const x5c = certificates.map(({ raw }) => raw);
    return { keyId, object: withStatement(object, { x5c, receipt: flipBit(receiptBytes, -1) }) };
  },
};

function attestationOf(object: Uint8Array) {
  const { parsed } = parseAppAttestAttestation(object);
  if (!parsed.ok) throw new RangeError('an attack on an object that does not parse');
  return parsed.value;
}

function withStatement(
  object: Uint8Array,
  statement: { readonly x5c: readonly Uint8Array[]; readonly receipt: Uint8Array },
): Uint8Array {
  const map = expectCbor(readCbor(object), 'map', 'attestation object');
  const { value: authData } = expectCbor(requiredEntry(map, 'authData'), 'bytes', 'authData');
  return encodeCbor(
    new Map<string, unknown>([
      ['fmt', 'apple-appattest'],
      ['attStmt', new Map<string, unknown>(Object.entries(statement))],
      ['authData', authData],
    ]),
  );
}

function withIssuer(certificate: Uint8Array, name: Uint8Array): Uint8Array {
  const parts = takeApart(certificate);
  return putTogether({ ...parts, fields: replaced(parts.fields, ISSUER, name) });
}

function given(submission: AppAttestSubmission | undefined): AppAttestSubmission {
  if (submission === undefined) throw new RangeError('the attack needs another attestation');
  return submission;
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  for (let at = 0; at + wanted.length <= bytes.length; at += 1) {
    if (equalBytes(bytes.subarray(at, at + wanted.length), wanted)) return at;
  }
  throw new RangeError('an attack on authenticator data without its key');
}
