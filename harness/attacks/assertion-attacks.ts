import { concatBytes, fromHex } from '../encoding/bytes.js';
import { bytesEntry, encodeCbor, expectCbor, readCbor } from '../encoding/cbor.js';
import { readP256Signature } from '../encoding/ecdsa.js';
import { atOnce, capture, type AssertionAttack } from './attack.js';
import { patchMember } from './edit-cbor.js';

const GUIDE = 'Apple, Validating apps that connect to your server';

// Authenticator data: RP id hash of 32 bytes, flags, counter of 4 bytes.
const LAST_OF_COUNTER = 36;
const COORDINATE = 32;

/** The same assertion is sent twice. */
export const assertionReplayed: AssertionAttack = {
  id: 'app-attest-assertion/replayed',
  applies: 'app-attest-assertion',
  description: 'sends a captured assertion a second time',
  needs: ['captured-request'],
  failing: { 'app-attest-assertion': ['app-attest-assertion/counter-increased'] },
  references: [
    `${GUIDE}, assertion step 5`,
    'appattest-checker-node 1.0.3: counters are left to the caller',
  ],
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

/** Bytes follow the assertion. */
export const assertionTrailingByte = changedAssertion({
  id: 'app-attest-assertion/trailing-byte',
  description: 'appends a byte, which many CBOR readers pass over in silence',
  failing: ['app-attest-assertion/well-formed'],
  references: ['RFC 8949, 5.3.1 (well-formedness)'],
  change: (assertion) => concatBytes(assertion, Uint8Array.of(0)),
});

/** A member comes twice. */
export const assertionMemberDoubled = changedAssertion({
  id: 'app-attest-assertion/member-doubled',
  description: 'writes the signature twice, for two readers who each take another one',
  failing: ['app-attest-assertion/well-formed'],
  references: ['RFC 8949, 5.6 (duplicate keys)', 'cbor-x: the last of two keys wins'],
  change: (assertion) => {
    const map = expectCbor(readCbor(assertion), 'map', 'assertion');
    const [first] = map.entries;
    if (first === undefined) throw new RangeError('an attack on an empty map');
    const doubled = concatBytes(first.key.raw, first.value.raw);
    // Major type 5 holds the number of entries in its low bits, where it is below 24.
    return concatBytes(Uint8Array.of((assertion[0] ?? 0) + 1), doubled, assertion.subarray(1));
  },
});

/** The signature is written in the other encoding of ECDSA. */
export const assertionSignatureAsPair = changedAssertion({
  id: 'app-attest-assertion/signature-as-pair',
  description: 'writes the signature as r and s of 32 bytes each, another spelling of the same one',
  failing: ['app-attest-assertion/signature-encoding-allowed'],
  references: ['SEC 1, C.5 (DER)', 'RFC 7518, 3.4 (the other encoding)'],
  change: (assertion) => {
    const map = expectCbor(readCbor(assertion), 'map', 'assertion');
    const { r, s } = readP256Signature(bytesEntry(map, 'signature'));
    const hex = [r, s].map((value) => value.toString(16).padStart(COORDINATE * 2, '0')).join('');
    return encodeCbor(
      new Map<string, unknown>([
        ['signature', fromHex(hex)],
        ['authenticatorData', bytesEntry(map, 'authenticatorData')],
      ]),
    );
  },
});

/** The assertion is labelled as another app's. */
export const assertionOfOtherApp = changedAssertion({
  id: 'app-attest-assertion/other-app',
  description: 'shows the assertion of one app to the service of another that shares the key',
  failing: ['app-attest-assertion/signature-verifies', 'app-attest-assertion/app-matches'],
  references: [`${GUIDE}, assertion step 4`, 'pyattest 1.0.5: the RP id is not looked at'],
  change: (assertion) =>
    patchMember(assertion, 'authenticatorData', (authData) => {
      authData[0] = (authData[0] ?? 0) ^ 1;
    }),
});

function changedAssertion(attack: {
  readonly id: string;
  readonly description: string;
  readonly failing: NonNullable<AssertionAttack['failing']['app-attest-assertion']>;
  readonly references: readonly string[];
  readonly change: (assertion: Uint8Array) => Uint8Array;
}): AssertionAttack {
  const { id, description, failing, references, change } = attack;
  return {
    ...{ id, description, references, applies: 'app-attest-assertion' },
    needs: ['captured-request'],
    failing: { 'app-attest-assertion': failing },
    captures: 1,
    present: (captured) => [atOnce(change(capture(captured, 0)))],
  };
}
