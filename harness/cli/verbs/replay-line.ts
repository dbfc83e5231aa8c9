import type { DeclareVerb } from './verb.js';

/** `attestlab replay-line`: one appraisal of a past run again, from the recorded bytes. */
export const declareReplayLine: DeclareVerb = (program, { terminal, finish }) => {
  program
    .command('replay-line <run> <line>')
    .description("appraise one line of a run's journal again and compare the results")
    .option(
      '--evidence <file>',
      'also write the evidence to a new file: PEM, DER, CBOR, CMS, token or HTTP message',
    )
    .action(async (run: string, line: string, options: { readonly evidence?: string }) => {
      const { replay } = await import('../run-commands.js');
      finish(replay({ run, line, ...options }, terminal));
    });
};
