import type { LintOptions, TrustOptions } from '../trust-command.js';
import type { DeclareVerb } from './verb.js';

/** `attestlab trust show|lint`: what is trusted, and how long it will last. */
export const declareTrust: DeclareVerb = (program, { terminal, finish }) => {
  const trust = program.command('trust').description('what is trusted, and how long it will last');
  trust
    .command('show')
    .description('check a trust folder and show its anchors and its status list')
    .option('--trust <folder>', 'a trust folder; default: the shipped one')
    .option('--json', 'as JSON')
    .action(async (options: TrustOptions) => {
      const { trustShow } = await import('../trust-command.js');
      finish(trustShow(options, terminal));
    });
  trust
    .command('lint')
    .description('exit 2 where an anchor expires soon or the status list is too old')
    .option('--trust <folder>', 'a trust folder; default: the shipped one')
    .option('--within-days <n>', 'how soon is soon', '90')
    .option('--max-age-days <n>', 'demand a status list that is at most this old')
    .option('--at <time>', 'the time to judge for, as 2026-01-31T12:00:00Z; default: now')
    .option('--json', 'as JSON')
    .action(async (options: LintOptions) => {
      const { trustLint } = await import('../trust-command.js');
      finish(trustLint(options, terminal));
    });
};
