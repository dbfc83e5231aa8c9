import { Option } from 'commander';
import type { AttackCommandOptions } from '../attack-command.js';
import type { DeclareVerb } from './verb.js';

/** `attestlab attack`: the catalogue of attacks against a backend, without phones. */
export const declareAttack: DeclareVerb = (program, { terminal, finish }) => {
  program
    .command('attack')
    .description('send every attack to a backend, without phones')
    .addHelpText('after', DETAILS)
    .option('--target <url>', 'origin that takes enrolments, such as https://rp.test:8443')
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
    .option('--status-list', 'the target reads the status list that --roots-to writes')
    .option('--roots-to <folder>', 'write down what the backend must trust and expect')
    .option('--json', 'one JSON line a result, then a summary')
    .option('--junit <file>', 'write JUnit XML as well')
    .action(async (options: AttackCommandOptions) => {
      const { attack } = await import('../attack-command.js');
      finish(await attack(options, terminal));
    });
};

const DETAILS = `
Virtual phones mint the evidence. The backend has to trust their roots and to
expect their app: --roots-to FOLDER writes both down. Their keys lie in the
home's folder virtual-vendors, so only ever let a test set-up trust them.

A backend that speaks another interface than \`attestlab serve\` is described by
--mapping: fixtures/mappings/README.md says how, attestlab.yaml and example.yaml
there are to be copied. What a mapping leaves out is listed as not sent.

First, honest phones have to get through: enrolments, renewals and requests. A
refusal is then told apart by what it says: refused for the attack's own reason,
for another one, or for none that is told.

Without --insecure-ca the home's own servers-ca.pem is trusted where there is
one, and the authorities of the public web where there is none.

Exit codes: 0 every attack that was sent was refused, 1 one was accepted, or
something genuine refused, 2 usage or a file, 3 nothing could be sent, 4 the
target failed, did not answer, or does not let honest phones through`;
