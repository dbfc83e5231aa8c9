import { toHex } from '../../../../encoding/bytes.js';
import { environmentOf } from '../../../../evidence/app-attest/index.js';
import { holds, notApplicable } from '../../../check.js';
import { attestationCheck } from '../subject.js';

const GUIDE = 'Apple, Validating apps that connect to your server, Verify the attestation';

/** Names of Apple's validation categories, where they are known, for messages. */
const CATEGORY_NAMES: Readonly<Record<number, string>> = {
  1: 'platform',
  2: 'TestFlight',
  3: 'development',
  4: 'App Store',
  5: 'enterprise',
};

/** The key has never signed. */
export const counterIsZero = attestationCheck({
  id: 'app-attest/counter-is-zero',
  rule: 'the counter is 0',
  source: `${GUIDE}, step 7`,
  withoutIt: 'a key that has been in use elsewhere is registered as a new one',
  evaluate: ({ object: { authData } }) =>
    holds(authData.counter === 0, { expected: '0', actual: `${authData.counter}` }),
});

/** The environment is one that policy allows. */
export const environmentAllowed = attestationCheck({
  id: 'app-attest/environment-allowed',
  rule: 'all 16 bytes of the AAGUID name an environment that policy allows',
  source: `${GUIDE}, step 8`,
  withoutIt:
    'a development build on a tester’s phone passes in production (seen: a prefix compared)',
  evaluate({ object: { authData }, policy }) {
    const { environments } = policy.appAttest;
    const environment = environmentOf(authData.aaguid);
    return holds(environment !== null && environments.includes(environment), {
      expected:
        environments.length === 0
          ? 'an environment, but policy allows none'
          : environments.join(' or '),
      actual: environment ?? `AAGUID ${toHex(authData.aaguid)}`,
    });
  },
});

/** The app came to the phone by a way that we use. */
export const categoryAllowed = attestationCheck({
  id: 'app-attest/validation-category-allowed',
  rule: 'the validation category, where the phone states one, is among ours',
  source: `${GUIDE}: apple_validation_category_01, from iOS 27 on`,
  withoutIt: 'a build that was signed for development or for one company passes for the store’s',
  evaluate({ object: { authData }, expected }) {
    const { validationCategories } = expected;
    if (validationCategories === undefined) return notApplicable('no category was expected');
    const stated = authData.extensions.find(({ name }) => name === 'apple_validation_category_01');
    if (stated === undefined) return notApplicable('phones before iOS 27 state none');
    const category = littleEndian32(stated.value);
    return holds(category !== null && validationCategories.includes(category), {
      expected: validationCategories.map(nameOf).join(' or '),
      actual: category === null ? 'no 32-bit number' : nameOf(category),
    });
  },
});

function littleEndian32(value: unknown): number | null {
  if (!(value instanceof Uint8Array) || value.length !== 4) return null;
  return new DataView(value.buffer, value.byteOffset, 4).getUint32(0, true);
}

function nameOf(category: number): string {
  const name = CATEGORY_NAMES[category];
  return name === undefined ? `${category}` : `${category} (${name})`;
}
