import type { DeclareVerb } from './verb.js';

/** `attestlab policy show`: what a policy demands, and how it differs from the one it extends. */
export const declarePolicy: DeclareVerb = (program, { terminal, finish }) => {
  program
    .command('policy')
    .description('what an appraisal policy demands')
    .command('show')
    .description('check a policy and show its settings and what it demands of every check')
    .argument('[policy]', 'baseline, strict, lab, or a policy file (.yaml)', 'lab')
    .option('--json', 'as JSON')
    .action(async (policy: string, options: { json?: true }) => {
      const { policyShow } = await import('../policy-command.js');
      finish(policyShow({ policy, ...options }, terminal));
    });
};
