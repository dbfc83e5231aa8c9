import { InvalidArgumentError } from 'commander';
import type { DifferentialOptions } from '../differential-command.js';
import type { DeclareVerb } from './verb.js';

/** `attestlab differential`: our verifier and others on the same bytes. */
export const declareDifferential: DeclareVerb = (program, { terminal, finish }) => {
  program
    .command('differential [manifest]')
    .description('hold other verifiers against the vectors, beside ours')
    .addHelpText('after', DETAILS)
    .option('--only <name...>', 'only these of the shipped peers')
    .option('--vector <id...>', 'only the vectors with these ids')
    .option('--adapter <command...>', 'peers of your own: commands that speak the protocol')
    .option('--url <url>', 'a backend of your own: a POST a vector')
    .option('--header <line...>', 'headers for it, as "Name: value"')
    .option('--status <meaning...>', 'what its statuses mean, as 418=rejected')
    .option('--timeout-ms <ms>', 'the longest that one vector may take', wholeMs, 30_000)
    .option('--conformance', 'test the adapters by the rules of the protocol instead')
    .option('--build-java', 'build the peers on Java first (Maven, from Maven Central)')
    .option('--strict', 'exit 1 where a peer disagrees, 3 where one is missing')
    .option('--json', 'one JSON line a comparison, then a summary')
    .action(
      async (manifest: string | undefined, options: Omit<DifferentialOptions, 'manifest'>) => {
        const { differential } = await import('../differential-command.js');
        finish(
          await differential(
            { ...options, ...(manifest === undefined ? {} : { manifest }) },
            terminal,
          ),
        );
      },
    );
};

function wholeMs(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('a whole number above 0.');
  return Number(text);
}

const DETAILS = `
Without a manifest, our own corpus. With --adapter or --url the shipped peers stay
out, unless --only names them. fixtures/corpus/ADAPTERS.md specifies the protocol,
fixtures/corpus/PEERS.md says what the shipped peers miss.

Exit codes: 0 it ran, whatever the peers say; 1 our own verifier disagrees with a
vector, an adapter does not conform, or, with --strict, a peer disagrees; 2 usage
or a bad file; 3 no peer could run, or, with --strict, not all; 4 an adapter broke`;
