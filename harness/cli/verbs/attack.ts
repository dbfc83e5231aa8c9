import { Option } from 'commander';
import type { AttackCommandOptions } from '../attack-command.js';
import type { DeclareVerb } from './verb.js';

/** `attestlab attack`: the catalogue of attacks against a backend, without phones. */
export const declareAttack: DeclareVerb = (program, { terminal, finish }) => {
  program
    .command('attack')
    .description('send every attack to a backend that speaks the interface of `attestlab serve`')
    .addHelpText('after', DETAILS)
    .requiredOption('--target <url>', 'origin that takes enrolments, such as https://rp.test:8443')
    .option('--api <url>', 'origin that takes what enrolled phones send; default: the same')
    .option('--mapping <file>', 'how the backend is spoken to, YAML; default: as `attestlab serve`')
    .option('--lab <path>', 'whose reference values evidence holds; default: the shipped lab')
    .option(
      '--home <folder>',
      "holds the roots of the virtual phones; default: that of the lab's serve",
    )
    .option('--insecure-ca <file>', "the authority of the target's own certificate, PEM")
    .option('--only <name>', 'this attack alone')
    .addOption(
      new Option('--counters <order>', 'how the target takes counters of requests')
        .choices(['in-order', 'in-any-order'])
        .default('in-order'),
    )
    .option('--json', 'one JSON line a result, then a summary')
    .action(async (options: AttackCommandOptions) => {
      const { attack } = await import('../attack-command.js');
      finish(await attack(options, terminal));
    });
};

const DETAILS = `
Virtual phones mint the evidence. The target has to trust their roots, the PEM
files in the home's folder virtual-vendors, which are made on first use: only
ever let a test backend trust them. It has to expect the package, signer, app id
and relying-party name of the lab's reference-values.yaml, and to take an empty
status list for these roots. First, what is genuine has to be accepted.

Without --insecure-ca the home's own servers-ca.pem is trusted where there is
one, and the authorities of the public web where there is none.

Exit codes: 0 every attack was refused, 1 one was accepted, or something genuine
refused, 2 usage, 3 nothing could be sent, 4 the target failed, did not answer,
or does not accept what is genuine`;
