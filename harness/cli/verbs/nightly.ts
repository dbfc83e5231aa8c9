import type { DeclareVerb } from './verb.js';

/** `attestlab nightly`: every scenario on every phone of a lab. */
export const declareNightly: DeclareVerb = (program, { terminal, finish }) => {
  program
    .command('nightly')
    .description('run every scenario on every phone of a lab and judge the outcomes')
    .option('--lab <path>', "a lab's folder or lab.yaml; default: the shipped virtual lab")
    .option('--reports <folder>', "reports folder; default: the lab's own")
    .option('--phone <alias...>', 'only these phones of the lab')
    .action(async (options: { lab?: string; reports?: string; phone?: string[] }) => {
      const { nightly } = await import('../run-commands.js');
      finish(await nightly(options, terminal));
    });
};
