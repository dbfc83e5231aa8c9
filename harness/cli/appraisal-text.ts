import {
  failing,
  FORMATS,
  withStatus,
  type AttestationResult,
  type CheckResult,
  type ClaimValue,
} from '../verifier/index.js';
import { wrapped } from './terminal.js';

/** Texts of statuses, all of one width, so that ids stand in one column. */
const MARKS: Readonly<Record<CheckResult['status'], string>> = {
  passed: 'passed ',
  failed: 'FAILED ',
  undetermined: 'open   ',
  blocked: 'blocked',
  'not-applicable': 'n/a    ',
};

const INDENT = ' '.repeat(10);

/** A result for people: the verdict and its causes first, then every check, then the claims. */
export function appraisalText(result: AttestationResult): string {
  const rules = new Map<string, string>(
    Object.values(FORMATS).flatMap((format) => format.checks.map(({ id, rule }) => [id, rule])),
  );
  const parts = [
    `${result.verdict.toUpperCase()}  ${result.format}, policy ${result.policyId}, at ${result.now}\n`,
    causes('failed', failing(result)),
    causes('undetermined', withStatus(result, 'undetermined')),
    '\nChecks\n',
    ...result.checks.map((check) => checkText(check, rules.get(check.id) ?? '')),
    '\nClaims\n',
    ...Object.entries(result.claims).map(([name, value]) => claimText(name, value)),
  ];
  return parts.join('');
}

function causes(word: string, ids: readonly string[]): string {
  if (ids.length === 0) return '';
  return wrapped(`${word}: ${ids.join(', ')}`, { first: '', next: '  ' });
}

function checkText(check: CheckResult, rule: string): string {
  const head = `  ${MARKS[check.status]} ${check.id}\n`;
  return (
    head +
    sentences(check, rule)
      .map((text) => wrapped(text, { first: INDENT, next: INDENT }))
      .join('')
  );
}

function sentences(check: CheckResult, rule: string): readonly string[] {
  switch (check.status) {
    case 'passed':
      return [rule];
    case 'failed':
      return [rule, `expected: ${check.expected}`, `actual: ${check.actual}`];
    case 'undetermined':
    case 'not-applicable':
      return [check.reason];
    case 'blocked':
      return [`could not run: ${check.by.join(', ')}`];
  }
}

function claimText(name: string, value: ClaimValue, indent = '  '): string {
  if (isGroup(value)) {
    const inner = Object.entries(value).map(([key, item]) => claimText(key, item, `${indent}  `));
    return inner.length === 0 ? `${indent}${name}: none\n` : `${indent}${name}:\n${inner.join('')}`;
  }
  return wrapped(`${name}: ${plain(value)}`, { first: indent, next: `${indent}    ` });
}

function isGroup(value: ClaimValue): value is { readonly [name: string]: ClaimValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function plain(value: ClaimValue): string {
  if (value === null) return 'absent';
  if (value === '') return 'empty';
  if (Array.isArray(value)) {
    return value.length === 0 ? 'none' : value.map((item: ClaimValue) => plain(item)).join(', ');
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
