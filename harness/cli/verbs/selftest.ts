import type { DeclareVerb } from './verb.js';

/** `attestlab selftest`: does each scenario notice the sabotage it claims to notice? */
export const declareSelftest: DeclareVerb = (program, { terminal, finish }) => {
  program
    .command('selftest')
    .description('break one part at a time and see that exactly the right outcomes change')
    .option('--only <sabotage>', 'only this sabotage')
    .action(async (options: { only?: string }) => {
      const { selftest } = await import('../run-commands.js');
      finish(await selftest(options, terminal));
    });
};
