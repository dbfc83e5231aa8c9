import { describeCheck, FORMATS, type AttestationResult } from 'attestlab/verifier';

/** A sentence for each check that failed: what was found, and what an attacker gains from it. */
export function explain(result: AttestationResult): readonly string[] {
  const checks = Object.values(FORMATS).flatMap((format) => format.checks);
  return result.checks.flatMap((found) => {
    const check = checks.find(({ id }) => id === found.id);
    if (found.status !== 'failed' || check === undefined) return [];
    return [`${found.id}: found ${found.actual}. ${describeCheck(check)}`];
  });
}
