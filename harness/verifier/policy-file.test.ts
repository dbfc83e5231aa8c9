import { describe, expect, it } from 'vitest';
import { LAB } from './policies.js';
import { demands } from './policy.js';
import { policyFileSchema, policyFromFile } from './policy-file.js';

const read = (file: object) => policyFromFile(policyFileSchema.parse(file));
const problemOf = (file: object) => {
  const made = read({ id: 'ours', extends: 'lab', ...file });
  return 'problem' in made ? made.problem : null;
};

describe('a policy file', () => {
  it('is the policy that it extends, where it says nothing', () => {
    expect(read({ id: 'ours', extends: 'lab' })).toMatchObject({
      policy: { ...LAB, id: 'ours', required: expect.any(Array) as unknown },
    });
    const made = read({ id: 'ours', extends: 'lab' });
    expect('policy' in made && [...made.policy.required].sort()).toEqual([...LAB.required].sort());
  });

  it('changes what it names, and nothing beside it', () => {
    const made = read({
      ...{ id: 'ours', extends: 'lab' },
      required: ['android-key/strongbox-certified'],
      enforced: ['android-key/names-chain'],
      reported: ['app-attest/receipt-verifies'],
      androidKey: { minimumLevel: 'STRONG_BOX' },
    });
    if ('problem' in made) throw new Error(made.problem.message);
    const demand = demands(made.policy);
    expect(demand('android-key/strongbox-certified')).toBe('required');
    expect(demand('android-key/names-chain')).toBe('enforced');
    expect(demand('app-attest/receipt-verifies')).toBe('reported');
    expect(demand('android-key/well-formed')).toBe('required');
    expect(made.policy.androidKey).toEqual({ ...LAB.androidKey, minimumLevel: 'STRONG_BOX' });
    expect(made.policy.playIntegrity).toEqual(LAB.playIntegrity);
  });

  it('sets the patch levels that it names, and boot keys of systems that owners signed', () => {
    const made = read({
      ...{ id: 'ours', extends: 'lab' },
      androidKey: {
        minimumPatchLevel: { os: { maxAgeDays: 90 }, boot: { notBefore: '2026-01-05' } },
        allowedBootKeys: ['ab'.repeat(32)],
      },
    });
    expect(made).toMatchObject({
      policy: {
        androidKey: {
          minimumPatchLevel: {
            os: { maxAgeDays: 90 },
            vendor: null,
            boot: { notBefore: '2026-01-05' },
          },
          allowedBootKeys: ['ab'.repeat(32)],
        },
      },
    });
  });

  it('opens a window for the counters of assertions', () => {
    const made = read({
      ...{ id: 'ours', extends: 'lab' },
      appAttest: { counterMode: { window: 16 } },
    });
    expect(made).toMatchObject({
      policy: { appAttest: { ...LAB.appAttest, counterMode: { window: 16 } } },
    });
  });

  it.each([
    ['a window that holds nothing', { appAttest: { counterMode: { window: 0 } } }],
    ['a check that does not exist', { required: ['android-key/healthy'] }],
    ['a rule that is the relying party’s own', { reported: ['challenge/fresh'] }],
    ['a setting that does not exist', { androidKey: { minimum: 'STRONG_BOX' } }],
    [
      'a patch level of no day',
      { androidKey: { minimumPatchLevel: { os: { notBefore: '202601' } } } },
    ],
    ['a boot key of zeros', { androidKey: { allowedBootKeys: ['00'.repeat(32)] } }],
    ['a base that is not shipped', { extends: 'none' }],
    ['an unknown key', { ignored: [] }],
  ])('is refused with %s', (_what, file) => {
    expect(policyFileSchema.safeParse({ id: 'ours', extends: 'lab', ...file }).success).toBe(false);
  });

  it.each([
    [
      'that lists a check twice',
      { required: ['csr/well-formed'], reported: ['csr/well-formed'] },
      ['reported', 0],
      /listed twice/,
    ],
    ['under the name of a shipped one', { id: 'strict' }, ['id'], /choose another id/],
    [
      'that allows no environment',
      { appAttest: { environments: [] } },
      ['appAttest', 'environments'],
      /name production or development/,
    ],
    [
      'that requires a receipt which it has nobody judge',
      { appAttest: { embeddedReceipt: 'not-judged' } },
      ['appAttest', 'embeddedReceipt'],
      /receipt-verifies" is required; list it as reported/,
    ],
    [
      'that requires nothing of a format, since it would accept none of it',
      { enforced: LAB.required.filter((id) => id.startsWith('csr/')) },
      ['enforced'],
      /csr .* leave at least one required/,
    ],
  ])('is refused %s', (_what, file, path, message) => {
    expect(problemOf(file)).toMatchObject({
      path,
      message: expect.stringMatching(message) as string,
    });
  });
});
