import type { CheckId } from '../verifier/check-ids.js';
import type { CheckResult, ClaimValue, Claims } from '../verifier/result.js';
import type { Difference } from './outcome.js';

/** Both directions of the exact set: what should be in it and is not, and what is and should not. */
export function compareSet(
  checks: readonly CheckResult[],
  status: 'failed' | 'undetermined' | 'not-applicable',
  expected: readonly CheckId[],
): readonly Difference[] {
  const actual = checks.filter((check) => check.status === status).map((check) => check.id);
  const missing = expected
    .filter((id) => !actual.includes(id))
    .map((id) => differCheck(id, status, statusText(checks.find((check) => check.id === id))));
  const surplus = actual
    .filter((id) => !expected.includes(id))
    .map((id) => differCheck(id, `not ${status}`, statusText(checks.find((c) => c.id === id))));
  return [...missing, ...surplus];
}

function statusText(check: CheckResult | undefined): string {
  if (check === undefined) return 'not listed';
  switch (check.status) {
    case 'passed':
      return 'passed';
    case 'failed':
      return `failed (expected ${check.expected}, actual ${check.actual})`;
    case 'undetermined':
    case 'not-applicable':
      return `${check.status} (${check.reason})`;
    case 'blocked':
      return `blocked (by ${check.by.join(', ')})`;
  }
}

/** Each expected claim that has another value, or none. */
export function compareClaims(actual: Claims, expected: Claims): readonly Difference[] {
  return Object.entries(expected).flatMap(([name, value]) =>
    unequal(`claims.${name}`, value, claimAt(actual, name)),
  );
}

/** A claim by its name, or by a dotted path into a claim that is an object. */
function claimAt(claims: Claims, name: string): ClaimValue | undefined {
  if (Object.hasOwn(claims, name)) return claims[name];
  const dot = name.indexOf('.');
  if (dot < 0) return undefined;
  const head = name.slice(0, dot);
  const inner = Object.hasOwn(claims, head) ? claims[head] : undefined;
  return isObject(inner) ? claimAt(inner, name.slice(dot + 1)) : undefined;
}

function isObject(value: ClaimValue | undefined): value is Readonly<Record<string, ClaimValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The difference of two values; none where they are equal in depth. */
export function unequal(
  path: string,
  expected: ClaimValue | undefined,
  actual: ClaimValue | undefined,
): readonly Difference[] {
  return canonical(expected) === canonical(actual)
    ? []
    : [differ(path, shown(expected), shown(actual))];
}

// For people a word needs no quotes; for equality it does, or "1" would equal 1.
function shown(value: ClaimValue | undefined): string {
  return typeof value === 'string' ? value : canonical(value);
}

function canonical(value: ClaimValue | undefined): string {
  if (value === undefined) return 'absent';
  if (Array.isArray(value)) {
    return `[${value.map((item: ClaimValue) => canonical(item)).join(',')}]`;
  }
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(',')}}`;
}

/** A difference that is no check's. */
export function differ(path: string, expected: string, actual: string): Difference {
  return { path, check: null, expected, actual };
}

function differCheck(check: CheckId, expected: string, actual: string): Difference {
  return { path: `checks.${check}`, check, expected, actual };
}
