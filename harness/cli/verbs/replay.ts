import type { ReplayOptions } from '../replay-command.js';
import type { DeclareVerb } from './verb.js';

/** `attestlab replay`: every appraisal of a record again, from the recorded bytes. */
export const declareReplay: DeclareVerb = (program, { terminal, finish }) => {
  program
    .command('replay <record>')
    .description('appraise all of a run, or of a file of records, again and compare the verdicts')
    .option('--workers <n>', 'threads; default: as many as there are cores')
    .option('--trust <folder>', 'trust that a file is judged by; default: the shipped one')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nRECORD is a run, by folder or id, or a file of lines as a run keeps its appraisals:' +
        '\n{"input": …, "result": …}, or the input alone as encodeAppraisal makes it.',
    )
    .action(async (record: string, options: ReplayOptions) => {
      const { replayCommand } = await import('../replay-command.js');
      finish(await replayCommand(record, options, terminal));
    });
};
