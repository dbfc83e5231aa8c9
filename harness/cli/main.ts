import { Command, CommanderError } from 'commander';
import { EXIT } from '../errors.js';
import { productVersion } from '../product.js';
import { renderError } from './render-error.js';
import { processTerminal, type Terminal } from './terminal.js';
import { declareApp } from './verbs/app.js';
import { declareAppraise } from './verbs/appraise.js';
import { declareAttack } from './verbs/attack.js';
import { declareCorpus } from './verbs/corpus.js';
import { declareDifferential } from './verbs/differential.js';
import { declareDoctor } from './verbs/doctor.js';
import { declareLab } from './verbs/lab.js';
import { declareNightly } from './verbs/nightly.js';
import { declarePolicy } from './verbs/policy.js';
import { declareProbes } from './verbs/probes.js';
import { declareReplay } from './verbs/replay.js';
import { declareReplayLine } from './verbs/replay-line.js';
import { declareSelftest } from './verbs/selftest.js';
import { declareServe } from './verbs/serve.js';
import { declareTrust } from './verbs/trust.js';
import type { VerbContext } from './verbs/verb.js';

const EXIT_CODES = `
Exit codes:
  0    passed, accepted
  1    an unexpected verdict; rejected; vectors that disagree
  2    usage, a file, the configuration or something that is not installed
  3    coverage: something did not run or is unsupported
  4    infrastructure; indeterminate
  5    a waiver is expired or stale
  70   a bug in attestlab
  130  cancelled`;

/** Runs one command and resolves to the exit code of the process. */
export async function main(
  args: readonly string[],
  terminal: Terminal = processTerminal,
): Promise<number> {
  let exit: number = EXIT.passed;
  const context: VerbContext = {
    terminal,
    finish: (code) => {
      exit = code;
    },
  };
  try {
    await program(context).parseAsync([...args], { from: 'user' });
    return exit;
  } catch (error) {
    // Help and version come as errors of exit code 0; the parser has already written its message.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.passed : EXIT.usage;
    return renderError(error, terminal);
  }
}

/** Every verb. Their code is imported only when one of them runs, so that small ones stay quick. */
function program(context: VerbContext): Command {
  const { terminal } = context;
  const root = new Command('attestlab')
    .description('Tests mobile attestation and signing on phones, and judges the evidence.')
    .version(productVersion)
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(attestlab help shows every command)')
    .configureOutput({
      writeOut: (text) => {
        terminal.out(text);
      },
      writeErr: (text) => {
        terminal.err(text);
      },
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride();
  for (const declare of [
    declareNightly,
    declareAppraise,
    declareCorpus,
    declareDifferential,
    declareSelftest,
    declareReplay,
    declareReplayLine,
    declareLab,
    declareApp,
    declareProbes,
    declarePolicy,
    declareTrust,
    declareDoctor,
    declareServe,
    declareAttack,
  ]) {
    declare(root, context);
  }
  return root;
}
