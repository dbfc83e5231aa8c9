import { describe, expect, it } from 'vitest';
import type { CheckId, CheckResult } from '../verifier/index.js';
import { refusalOf, type JudgedCheck } from './refusal.js';

const judged = (
  id: CheckId,
  status: CheckResult['status'],
  demand: JudgedCheck['demand'] = 'enforced',
): JudgedCheck => {
  switch (status) {
    case 'passed':
      return { demand, check: { id, status } };
    case 'failed':
      return { demand, check: { id, status, expected: 'a', actual: 'b' } };
    case 'blocked':
      return { demand, check: { id, status, by: [] } };
    case 'undetermined':
    case 'not-applicable':
      return { demand, check: { id, status, reason: 'why' } };
  }
};

describe('a refusal', () => {
  it('takes its code from the first demanded check that failed', () => {
    const refusal = refusalOf([
      judged('android-key/device-locked', 'failed', 'reported'),
      judged('challenge/known', 'passed'),
      judged('android-key/not-revoked', 'undetermined'),
      judged('csr/signature-verifies', 'failed'),
      judged('android-key/key-matches', 'failed'),
    ]);
    expect(refusal).toMatchObject({ code: 'csr_signature_invalid', status: 403 });
    expect(refusal.checks).toHaveLength(5);
  });

  it('names what could not be decided where nothing failed', () => {
    const refusal = refusalOf([
      judged('android-key/key-matches', 'blocked'),
      judged('android-key/revocation-list-usable', 'undetermined'),
    ]);
    expect(refusal.code).toBe('revocation_unavailable');
  });

  it('names a required check that found no occasion', () => {
    const refusal = refusalOf([
      judged('android-key/well-formed', 'not-applicable'),
      judged('android-key/challenge-matches', 'not-applicable', 'required'),
      judged('csr/well-formed', 'passed', 'required'),
    ]);
    expect(refusal.code).toBe('challenge_mismatch');
  });

  it('answers 401 where the connection itself is not known, and 403 otherwise', () => {
    expect(refusalOf([judged('client-certificate/registered', 'failed')]).status).toBe(401);
    expect(refusalOf([judged('challenge/unspent', 'failed')]).status).toBe(403);
  });

  it('cannot be made of nothing', () => {
    expect(() => refusalOf([])).toThrow('nothing was judged');
  });
});
