import { describe, expect, it } from 'vitest';
import { parseRevocationList } from '../../trust/index.js';
import { failing, withStatus } from '../result.js';
import {
  EXPECTED,
  appraise,
  listing,
  DAY_MS,
  root,
  good,
  flipped,
  first,
  type Case,
} from '../testing/android-appraisal.js';
import { mintAndroidChain, TEST_NOW } from '../testing/mint-android-chain.js';

describe('an open question is never an acceptance', () => {
  const OPEN: readonly (readonly [string, Case, string])[] = [
    ['no status list', { trust: { revocation: null } }, 'revocation-list-usable'],
    [
      'an unreadable status list',
      { trust: { revocation: parseRevocationList('{', 0) } },
      'revocation-list-usable',
    ],
    [
      'a status list with one bad entry',
      { trust: listing({ xyz: { status: 'REVOKED' } }) },
      'revocation-list-usable',
    ],
    ['a status list of unknown age', { trust: listing({}, null) }, 'revocation-list-fresh'],
    [
      'a status list of eight days',
      { trust: listing({}, TEST_NOW.getTime() - 8 * DAY_MS) },
      'revocation-list-fresh',
    ],
  ];

  it.each(OPEN)('%s', (_rule, test, id) => {
    const result = appraise(test);
    expect(withStatus(result, 'undetermined')).toEqual([`android-key/${id}`]);
    expect(result.verdict).toBe('indeterminate');
  });

  it.each(['challenge', 'spki', 'packageNames', 'signerDigests'] as const)(
    'a run that compares no %s',
    (name) => {
      const expected = Object.fromEntries(
        Object.entries(EXPECTED).filter(([member]) => member !== name),
      );
      expect(appraise({ expected }).verdict).toBe('indeterminate');
    },
  );

  it('a trust set without anchors', () => {
    expect(appraise({ trust: { androidAnchors: [] } }).verdict).toBe('rejected');
  });
});

describe('a chain that lists its root twice', () => {
  // The root's name has a serialNumber, as that of a factory's authority: taken for one, it would
  // make the chain one whose expiry is ignored.
  it('ends where it ended before, so an expired provisioned authority stays expired', () => {
    const expired = mintAndroidChain({ attestationNotAfterMs: TEST_NOW.getTime() - 1000 });
    const twice = first(...expired, root);
    expect(failing(appraise({ chain: twice }))).toEqual(['android-key/not-expired']);
    expect(appraise({ chain: twice }).claims).toMatchObject({ provisioning: 'rkp' });
  });

  it('is accepted where it was accepted, if every copy is signed', () => {
    expect(appraise({ chain: first(...good, root) }).verdict).toBe('accepted');
    expect(failing(appraise({ chain: first(...good, flipped(root, -1)) }))).toEqual([
      'android-key/signatures-verify',
    ]);
  });

  it('is no longer for it: a lone root twice is too short', () => {
    expect(failing(appraise({ chain: first(root, root), expected: {} }))).toContain(
      'android-key/chain-long-enough',
    );
  });
});
