import { runCorpus, summarise, type CaseResult } from '../corpus/index.js';
import { EXIT, HarnessError } from '../errors.js';
import { wrapped, type Terminal } from './terminal.js';

/** Runs the vectors of a manifest; each result is written as soon as it is there. */
export async function corpusRun(
  options: {
    readonly manifest: string;
    readonly only?: readonly string[];
    readonly json?: true;
  },
  terminal: Terminal,
): Promise<number> {
  const { manifest: manifestPath, only, json } = options;
  const results: CaseResult[] = [];
  for await (const result of runCorpus({ manifestPath, ...(only === undefined ? {} : { only }) })) {
    results.push(result);
    if (json === true) terminal.out(`${JSON.stringify(result)}\n`);
    else if (result.agree !== true) terminal.out(caseText(result));
  }
  const absent = only?.find((id) => !results.some((result) => result.id === id));
  if (absent !== undefined) {
    throw new HarnessError('ERR_USAGE', `${manifestPath}: no vector has the id "${absent}"`);
  }
  const summary = summarise(results);
  const { agree, disagree, unsupported } = summary;
  terminal.out(
    json === true
      ? `${JSON.stringify({ summary })}\n`
      : `${agree} agree, ${disagree} disagree, ${unsupported} unsupported\n`,
  );
  if (disagree > 0) return EXIT.unexpectedVerdict;
  return unsupported > 0 || agree === 0 ? EXIT.coverage : EXIT.passed;
}

function caseText(result: CaseResult): string {
  const { id, variant, expected, actual, facts } = result;
  const name =
    variant === null ? id : `${id} (${typeof variant === 'number' ? 'variant ' : ''}${variant})`;
  const line = (text: string): string => wrapped(text, { first: '    ', next: '      ' });
  if (actual === null) {
    return `unsupported ${name}\n${line(result.unsupported ?? 'not run')}`;
  }
  const reason = (text: string | null): string => (text === null ? '' : ` for ${text}`);
  return [
    `DISAGREES ${name}\n`,
    line(`expected: ${expected.verdict}${reason(expected.reason)}`),
    line(
      `actual: ${actual.verdict}${reason(actual.reason)}; failing: ${actual.failing.join(', ') || 'none'}`,
    ),
    ...facts.disagree.map((fact) => line(`fact: ${JSON.stringify(fact)}`)),
  ].join('');
}
