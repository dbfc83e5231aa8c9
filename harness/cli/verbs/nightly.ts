import { Option } from 'commander';
import type { NightlyOptions } from '../run-commands.js';
import type { DeclareVerb } from './verb.js';

/** `attestlab nightly`: every scenario on every phone of a lab. */
export const declareNightly: DeclareVerb = (program, { terminal, finish }) => {
  program
    .command('nightly')
    .description('run every scenario on every phone of a lab and judge the outcomes')
    .option('--lab <path>', "a lab's folder or lab.yaml; default: the shipped virtual lab")
    .option('--reports <folder>', "reports folder; default: the lab's own")
    .option('--phone <alias...>', 'only these phones of the lab')
    .addOption(
      new Option(
        '--probe <flavour>',
        'what virtual Android phones run: a model, or the Kotlin probe',
      )
        .choices(['model', 'jvm'])
        .default('model'),
    )
    .action(async (options: NightlyOptions) => {
      const { nightly } = await import('../run-commands.js');
      finish(await nightly(options, terminal));
    });
};
