import type { DeclareVerb } from './verb.js';

/** `attestlab corpus run`: the reference verifier against a manifest of vectors. */
export const declareCorpus: DeclareVerb = (program, { terminal, finish }) => {
  program
    .command('corpus')
    .description('judge the reference verifier by vectors')
    .command('run <manifest>')
    .description('run the vectors of a manifest; exit 1 on a disagreement, 3 on an unsupported one')
    .option('--only <id...>', 'only the vectors with these ids')
    .option('--json', 'one JSON line a case, then a summary')
    .action(async (manifest: string, options: { only?: readonly string[]; json?: true }) => {
      const { corpusRun } = await import('../corpus-command.js');
      finish(await corpusRun({ manifest, ...options }, terminal));
    });
};
