import { Status } from 'allure-js-commons';
import type { Difference, Outcome } from '../../expectation/outcome.js';

/** Lines of one message; a step shows its own in full. */
const MAX_LINES = 20;

/** How Allure shows an outcome: `failed` is a verdict's, `broken` the harness's or the lab's. */
export function statusOf(outcome: Outcome): Status {
  switch (outcome.outcome) {
    case 'met':
    case 'bypassed-as-expected':
      return Status.PASSED;
    case 'unmet':
      return Status.FAILED;
    case 'inconclusive':
    case 'not-run':
      return Status.BROKEN;
    case 'waived':
      return Status.SKIPPED;
  }
}

/** The outcome's message, the machine's code first, since categories go by it; null for none. */
export function messageOf(outcome: Outcome, units: string | null): string | null {
  const on = units === null ? '' : `${units}: `;
  switch (outcome.outcome) {
    case 'met':
      return null;
    case 'bypassed-as-expected':
      return `[bypassed-as-expected] ${on}${outcome.reason}`;
    case 'inconclusive':
      return `[${outcome.error.code}] ${on}${outcome.error.message}`;
    case 'not-run':
      return `[not-run] ${on}${outcome.reason}`;
    case 'unmet': {
      const isLate = outcome.differences.every(({ path }) => path === 'ms');
      return differenceLines(isLate ? 'over-budget' : outcome.kind, outcome.differences, on);
    }
    case 'waived':
      return differenceLines(`waived ${outcome.waiver}`, outcome.differences, on);
  }
}

// A check says more of the cause than the verdict that followed from it, so checks come first.
function differenceLines(code: string, differences: readonly Difference[], on: string): string {
  const sorted = [...differences].sort(
    (left, right) => Number(left.check === null) - Number(right.check === null),
  );
  const lines = sorted.map(({ check, path, expected, actual }) => {
    const place = check === null ? `[${code}] ${on}${path}:` : `[${code} ${check}] ${on}`.trimEnd();
    return `${place} expected ${expected}, actual ${actual}`;
  });
  const rest = lines.length - MAX_LINES;
  return [...lines.slice(0, MAX_LINES), ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n');
}
