import { PURPOSE, TAG_NUMBER, type KeyDescription } from '../../../evidence/android-key/index.js';
import { failed, holds, notApplicable, passed } from '../../check.js';
import { chainCheck, recordCheck, recordsOf, type ChainView } from '../subject.js';

const SCHEMA = 'source.android.com, Key and ID attestation, schema';
const EXTENSION =
  'developer.android.com, Verify hardware-backed key pairs: trust only the record closest to the root';

/** The leaf carries a record. */
export const recordInLeaf = chainCheck({
  id: 'android-key/record-in-leaf',
  rule: 'the leaf carries an attestation record',
  source: SCHEMA,
  withoutIt: 'a record about one key vouches for another',
  evaluate({ chain }) {
    const at = [...new Set(chain.records.map((record) => record.at))];
    return holds(at.includes(0), {
      expected: 'a record in certificate 0',
      actual: at.length === 0 ? 'no record in the chain' : `records in ${at.join(', ')}`,
    });
  },
});

/** The chain carries one record, or two where the upper is an attest key's and policy allows it. */
export const singleRecord = chainCheck({
  id: 'android-key/single-record',
  rule: 'the chain carries one record, or by policy a second one of the attest key above the leaf',
  source: EXTENSION,
  withoutIt: 'the holder of one attested key signs further leaves with records of his choice',
  evaluate({ chain, policy }) {
    const at = chain.records.map((record) => record.at);
    const pairAllowed = policy.androidKey.attestKeyChains === 'allowed';
    const isPair = at.length === 2 && at[0] === 0 && at[1] === 1;
    return holds(at.length < 2 || (pairAllowed && isPair), {
      expected: pairAllowed ? 'one record, and one of an attest key above it' : 'one record',
      actual: `records in certificates ${at.join(', ')}`,
    });
  },
});

/** Each record is a KeyDescription. */
export const recordWellFormed = chainCheck({
  id: 'android-key/record-well-formed',
  rule: 'each record is a KeyDescription in DER, with no tag twice and nothing after it',
  source: `${SCHEMA}; ITU-T X.690`,
  withoutIt: 'with a tag that comes twice, two verifiers read two states of one phone',
  needs: ['android-key/signatures-verify'],
  evaluate({ chain }) {
    if (chain.records.length === 0) return notApplicable('the chain carries no record');
    for (const { at, parsed } of chain.records) {
      if (!parsed.ok) {
        const { message, offset } = parsed.malformation;
        return failed('a KeyDescription', `certificate ${at}: ${message} (at byte ${offset})`);
      }
    }
    return passed;
  },
});

/** Nothing is signed by an attested key that is no attest key. */
export const chainNotExtended = chainCheck({
  id: 'android-key/chain-not-extended',
  rule: 'a certificate with a record signs another only if its key is an ATTEST_KEY',
  source: EXTENSION,
  withoutIt: 'an app signs a leaf for a software key with the hardware key it was given',
  needs: ['android-key/record-well-formed'],
  evaluate(view) {
    const extended = recordsOf(view).find(({ at, record }) => at > 0 && !isAttestKey(record));
    return extended === undefined
      ? passed
      : failed('an attest key', `certificate ${extended.at} attests a key of another purpose`);
  },
});

/** Tags ascend, where policy wants DER's order. */
export const tagsInOrder = recordCheck({
  id: 'android-key/tags-in-order',
  rule: 'the tags of each authorization list ascend',
  source: 'ITU-T X.690, 10.3; a genuine KeyMint 400 record does not keep to it',
  withoutIt: 'a record that no KeyMint wrote goes unnoticed',
  evaluate(view) {
    if (view.policy.androidKey.tagOrder === 'kept') return notApplicable('policy keeps any order');
    const unsorted = lists(view).find(({ list }) => !list.ordered);
    return unsorted === undefined
      ? passed
      : failed('ascending tags', `${unsorted.name}: ${unsorted.list.tags.join(', ')}`);
  },
});

/** Every tag is one that a schema defines, where policy wants that. */
export const tagsKnown = recordCheck({
  id: 'android-key/tags-known',
  rule: 'every authorization tag is one that a published schema defines',
  source: SCHEMA,
  withoutIt: 'a restriction that is newer than the verifier is overlooked',
  evaluate(view) {
    if (view.policy.androidKey.unknownTags === 'kept') return notApplicable('policy keeps them');
    const unknown = lists(view).flatMap(({ list }) => list.unknownTags.map(({ tag }) => tag));
    return holds(unknown.length === 0, {
      expected: 'known tags',
      actual: `unknown: ${unknown.join(', ')}`,
    });
  },
});

/** Whether a record is about a key that attests others. */
export function isAttestKey(record: KeyDescription): boolean {
  const purposes = record.hardwareEnforced.integerSets.get(TAG_NUMBER.purpose) ?? [];
  return purposes.includes(PURPOSE.attestKey);
}

function lists(view: ChainView) {
  return recordsOf(view).flatMap(({ record }) => [
    { name: 'softwareEnforced', list: record.softwareEnforced },
    { name: 'hardwareEnforced', list: record.hardwareEnforced },
  ]);
}
