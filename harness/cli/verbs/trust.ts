import type { TrustOptions } from '../trust-command.js';
import type { LintOptions } from '../trust-lint-command.js';
import type { UpdateOptions } from '../trust-update-command.js';
import type { DeclareVerb } from './verb.js';

/** `attestlab trust show|lint|update`: what is trusted, and how long it will last. */
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
    .description('exit 2 where an anchor or an authority in use ends soon or the list is too old')
    .option('--trust <folder>', 'a trust folder; default: the shipped one')
    .option('--chain <file...>', 'PEM chains in use, whose authorities are watched too')
    .option('--run <run...>', 'runs whose accepted evidence shows the authorities in use')
    .option(
      '--within-days <n>',
      'how soon is soon; default: alertDays of the folder, 90 where not set',
    )
    .option('--max-age-days <n>', 'demand a status list that is at most this old')
    .option(
      '--policy <policy>',
      'demand a status list as fresh as this policy, or policy file, does',
    )
    .option('--at <time>', 'the time to judge for, as 2026-01-31T12:00:00Z; default: now')
    .option('--json', 'as JSON')
    .action(async (options: LintOptions) => {
      const { trustLint } = await import('../trust-lint-command.js');
      finish(trustLint(options, terminal));
    });
  trust
    .command('update')
    .description('take a newer status list, or further certificates of trusted keys, into a folder')
    .requiredOption('--trust <folder>', 'the trust folder that is written')
    .option('--from <file>', 'status list (JSON) or roots (PEM, JSON array of PEM, or DER)')
    .option('--taken-at <time>', 'when the file was fetched from its vendor; default: now')
    .addHelpText(
      'after',
      '\nWithout --from the statusUrl and rootUrls of trust.yaml are fetched; without them, nothing is.',
    )
    .action(async (options: UpdateOptions) => {
      const { fetchBytes, trustUpdate } = await import('../trust-update-command.js');
      finish(await trustUpdate(options, { terminal, clock: new Date(), fetchBytes }));
    });
};
