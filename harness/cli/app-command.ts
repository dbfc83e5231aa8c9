import {
  compareRelease,
  readRelease,
  releaseProblems,
  releaseWarnings,
  type AppRelease,
  type ReleaseDifference,
} from '../app-package/index.js';
import { EXIT } from '../errors.js';
import { loadLab } from '../farm/lab.js';
import { releaseText, type ReleaseLine } from './release-text.js';
import { COLUMNS, wrapped, type Terminal } from './terminal.js';

/** Arguments of `attestlab app inspect`. */
export interface AppInspectOptions {
  readonly file: string;
  readonly lab?: string;
  readonly json?: true;
  /** SHA-256 of the roots that vouch for iOS signers; Apple's where it is left out. */
  readonly appleRoots?: readonly string[];
}

/** What was found out about a release. */
interface Inspection {
  readonly file: string;
  readonly release: AppRelease;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  /** Null where there is no lab to compare with. */
  readonly differences: readonly ReleaseDifference[] | null;
}

/** Reads a release, verifies its signature and compares it with a lab. */
export async function appInspect(
  { file, lab, json, appleRoots }: AppInspectOptions,
  { terminal, clock }: { readonly terminal: Terminal; readonly clock: Date },
): Promise<number> {
  // A lab that cannot be read is known before a large file is.
  const values = lab === undefined ? null : loadLab(lab).referenceValues;
  const release = await readRelease(file, appleRoots === undefined ? {} : { appleRoots });
  const inspection: Inspection = {
    ...{ file, release },
    problems: releaseProblems(release),
    warnings: releaseWarnings(release, clock),
    differences: values === null ? null : compareRelease(release, values),
  };
  terminal.out(json === true ? `${JSON.stringify(inspection, null, 2)}\n` : text(inspection));
  const { problems, differences } = inspection;
  const isGood = problems.length === 0 && (differences ?? []).length === 0;
  return isGood ? EXIT.passed : EXIT.unexpectedVerdict;
}

function text({ file, release, problems, warnings, differences }: Inspection): string {
  const list = (title: string, lines: readonly string[]): string =>
    lines.length === 0
      ? ''
      : `\n${title}\n${lines.map((line) => wrapped(line, { first: '  ', next: '    ' })).join('')}`;
  return [
    `${file}\n`,
    ...releaseText(release).map(lineText),
    list('the signature does not hold', problems),
    list('worth knowing', warnings),
    list(
      'differs from the lab',
      (differences ?? []).map(
        ({ what, expected, actual }) => `${what}: ${actual}, expected ${expected}`,
      ),
    ),
    problems.length === 0 ? '\nthe signature holds\n' : '',
    differences?.length === 0 ? 'as the lab’s reference values say\n' : '',
  ].join('');
}

const NAME_WIDTH = 23;

// A digest is copied as a whole, so a value with one begins where it fits.
function lineText([name, value]: ReleaseLine): string {
  const longest = Math.max(...value.split(/\s+/).map((word) => word.length));
  return longest > COLUMNS - NAME_WIDTH
    ? `${name === '' ? '' : `  ${name}\n`}${wrapped(value, { first: '    ', next: '    ' })}`
    : wrapped(value, { first: `  ${name.padEnd(20)} `, next: ' '.repeat(NAME_WIDTH) });
}
