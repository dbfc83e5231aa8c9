import { InvalidArgumentError, Option } from 'commander';
import type { ServeCommandOptions } from '../serve-command.js';
import type { DeclareVerb } from './verb.js';

/** `attestlab serve`: the reference backend of a lab, until a signal ends it. */
export const declareServe: DeclareVerb = (program, { terminal, finish }) => {
  program
    .command('serve')
    .description('run the reference backend of a lab until SIGINT or SIGTERM')
    .addHelpText('after', DETAILS)
    .option('--lab <path>', "a lab's folder or lab.yaml; default: the shipped virtual lab")
    .option('--home <folder>', "where keys are kept; default: in the user's state folder")
    .option('--policy <policy>', "a policy's name or file (.yaml); default: the lab's own")
    .option('--trust <folder>', "trust anchors, and no others; default: the lab's own")
    .option('--store <url>', 'memory:, sqlite:FILE or postgres:...; default: a file in the home')
    .option(
      '--enrolment-key <uri>',
      'pkcs11: URI of its key on a token; default: a file in the home',
    )
    .option('--address <ip>', 'address to listen on', '127.0.0.1')
    .option('--public-host <name>', 'name or address under which phones reach it', 'localhost')
    .option('--enrolment-port <n>', "without client certificates; default: the lab's", port)
    .option('--api-port <n>', "with mutual TLS; default: the lab's", port)
    .option('--admin-port <n>', 'metrics, health, deny list, risks; default: any free one', port)
    .option('--admin-address <ip>', 'address that the administration listens on', '127.0.0.1')
    .option('--diagnostics-port <n>', 'explains refused handshakes; wants --lab', port)
    .addOption(
      new Option('--tls <versions>', 'versions of TLS; Android has 1.3 from API level 29')
        .choices(['1.2', '1.3', 'both'])
        .default('both'),
    )
    .addOption(
      new Option('--counters <mode>', 'of requests: in order, within 64 of the highest, or nonces')
        .choices(['strict', 'window', 'nonce'])
        .default('strict'),
    )
    .action(async (options: ServeCommandOptions) => {
      const { serve } = await import('../serve-command.js');
      finish(await serve(options, terminal));
    });
};

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError('a port from 0 to 65535; 0 is any that is free.');
  }
  return Number(text);
}

const DETAILS = `
Keys and authorities are made on first use and kept in the home folder, for its
owner alone. Structured lines go to stdout, one JSON object each; they hold no
body, challenge, token or key.

--enrolment-key keeps the enrolment CA's key on a PKCS#11 token (RFC 7512), where
it is made on first use, and wants the package node-webcrypto-p11 beside attestlab:
  pkcs11:token=LABEL;object=KEY?module-path=MODULE.so&pin-source=file:/OWNER-ONLY
Where pin-source is left out, the PIN is in the environment, ATTESTLAB_TOKEN_PIN.

A lab of virtual phones also trusts roots that are kept in the home folder, and
\`attestlab attack --home\` mints evidence under them. No other lab ever does.

Exit codes: 0 ended by a signal, 2 usage or a bad file, 4 a port that is taken
or a token that cannot be used`;
