import type { DeclareVerb } from './verb.js';

/** `attestlab lab show`: what a lab's own files say, once they have been checked. */
export const declareLab: DeclareVerb = (program, { terminal, finish }) => {
  program
    .command('lab')
    .description("a lab's own facts")
    .command('show')
    .description('check the files of a lab and show its phones and reference values')
    .option('--lab <path>', "a lab's folder or lab.yaml; default: the shipped virtual lab")
    .option('--json', 'as JSON')
    .action(async (options: { lab?: string; json?: true }) => {
      const { labShow } = await import('../lab-command.js');
      finish(labShow(options, terminal));
    });
};
