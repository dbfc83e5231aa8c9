import { concatBytes, utf8 } from '../encoding/bytes.js';
import { encodeCbor, expectCbor, readCbor, requiredEntry } from '../encoding/cbor.js';
import { parseAppAttestAttestation } from '../evidence/app-attest/index.js';
import { atOnce, capture, type AppAttestAttack, type AssertionAttack } from './attack.js';
import { reissued } from './edit-certificate.js';
import { patchMember } from './edit-cbor.js';
import { flipBit } from './edit-der.js';

const GUIDE = 'Apple, Validating apps that connect to your server';

// Authenticator data: RP id hash of 32 bytes, flags, counter of 4 bytes, AAGUID of 16.
const LAST_OF_COUNTER = 36;
const AAGUID = 37;

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
  references: [`${GUIDE}, attestation step 8`],
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
    const { parsed } = parseAppAttestAttestation(object);
    if (!parsed.ok) throw new RangeError('an attack on an object that does not parse');
    const { certificates, receiptBytes } = parsed.value;
    const x5c = certificates.map(({ raw, spki }, at) =>
      reissued(raw, attacker, at === 0 ? spki : attacker.spki),
    );
    const map = expectCbor(readCbor(object), 'map', 'attestation object');
    const { value: authData } = expectCbor(requiredEntry(map, 'authData'), 'bytes', 'authData');
    const statement = new Map<string, unknown>([
      ['x5c', x5c],
      ['receipt', receiptBytes],
    ]);
    return {
      keyId,
      object: encodeCbor(
        new Map<string, unknown>([
          ['fmt', 'apple-appattest'],
          ['attStmt', statement],
          ['authData', authData],
        ]),
      ),
    };
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

/** The same assertion is sent twice. */
export const assertionReplayed: AssertionAttack = {
  id: 'app-attest-assertion/replayed',
  applies: 'app-attest-assertion',
  description: 'sends a captured assertion a second time',
  needs: ['captured-request'],
  failing: { 'app-attest-assertion': ['app-attest-assertion/counter-increased'] },
  references: [`${GUIDE}, assertion step 5`],
  captures: 1,
  present: (captured) => [atOnce(capture(captured, 0)), atOnce(capture(captured, 0))],
};

/** An earlier assertion is sent after a later one. */
export const assertionRolledBack: AssertionAttack = {
  id: 'app-attest-assertion/rolled-back',
  applies: 'app-attest-assertion',
  description: 'holds an assertion back and sends it after a later one',
  needs: ['captured-request'],
  failing: { 'app-attest-assertion': ['app-attest-assertion/counter-increased'] },
  references: [`${GUIDE}, assertion step 5`],
  captures: 2,
  present: (captured) => [atOnce(capture(captured, 1)), atOnce(capture(captured, 0))],
};

/** The counter of a captured assertion is raised. */
export const assertionCounterRaised: AssertionAttack = {
  id: 'app-attest-assertion/counter-raised',
  applies: 'app-attest-assertion',
  description: 'raises the counter of a captured assertion, so that it passes for the next one',
  needs: ['captured-request'],
  failing: { 'app-attest-assertion': ['app-attest-assertion/signature-verifies'] },
  references: [`${GUIDE}, assertion steps 1 to 3: the signature covers the counter`],
  captures: 1,
  present: (captured) => [
    atOnce(
      patchMember(capture(captured, 0), 'authenticatorData', (authData) => {
        authData[LAST_OF_COUNTER] = (authData[LAST_OF_COUNTER] ?? 0) + 1;
      }),
    ),
  ],
};
