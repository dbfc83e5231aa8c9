import type { DeclareVerb } from './verb.js';

/** `attestlab doctor`: everything a run needs, looked at before it starts. */
export const declareDoctor: DeclareVerb = (program, { terminal, finish }) => {
  program
    .command('doctor')
    .description('say what is missing on this machine and in this lab, with the remedy')
    .option('--lab <path>', "a lab's folder or lab.yaml; default: the shipped virtual lab")
    .option('--json', 'as JSON')
    .action(async (options: { lab?: string; json?: true }) => {
      const { doctor } = await import('../doctor/doctor-command.js');
      finish(await doctor(options, terminal));
    });
};
