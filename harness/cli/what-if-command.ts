import { EXIT } from '../errors.js';
import { loadPolicy } from '../run/load-policy.js';
import { changesAnything, whatIf, type ChangedFate, type WhatIf } from '../run/what-if.js';
import { wrapped, type Terminal } from './terminal.js';

/** Shows what another policy would have made of a run; exit 1 where anything would change. */
export function whatIfCommand(
  options: { readonly run: string; readonly policy: string; readonly json?: true },
  terminal: Terminal,
): number {
  const { policy } = loadPolicy(options.policy, { by: '--policy', code: 'ERR_USAGE' });
  const found = whatIf(options.run, policy);
  terminal.out(options.json === true ? `${JSON.stringify(found, null, 2)}\n` : textOf(found));
  if (found.otherThanRecorded.length > 0) {
    terminal.err(
      'note: this verifier judges lines otherwise than the record, whatever the policy: ' +
        `${found.otherThanRecorded.join(', ')}\n`,
    );
  }
  return changesAnything(found) ? EXIT.unexpectedVerdict : EXIT.passed;
}

function textOf(found: WhatIf): string {
  const { run, policies, appraisals, classes } = found;
  return [
    `run ${run}: ${appraisals} appraisals under ${policies.recorded.join(', ') || 'no policy'}, ` +
      `now under ${policies.asked}\n`,
    ...classes.flatMap((one) => [
      `\n${one.class}: ${one.appraisals} appraisals\n`,
      ...(one.changes.length === 0 ? ['  nothing would change\n'] : one.changes.map(changeText)),
    ]),
  ].join('');
}

function changeText({ change, format, checks, lines }: ChangedFate): string {
  const text =
    change === 'refused'
      ? `would no longer be accepted: ${format}, by ${checks.join(', ')}`
      : `WOULD BE ACCEPTED: ${format}, refused in the run by ${checks.join(', ')}`;
  return wrapped(`${text} (${lines.length}; journal lines ${lines.join(', ')})`, {
    ...{ first: '  ', next: '    ' },
  });
}
