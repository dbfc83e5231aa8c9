import { HarnessError } from '../errors.js';
import type { Terminal } from './terminal.js';

/** Exit code of broken code (sysexits.h EX_SOFTWARE): never a verdict, never the user's mistake. */
const EXIT_CRASH = 70;

/**
 * Shows an error and says which code the process exits with. A `HarnessError` is the user's to mend:
 * message, remedy, code. Anything else is a bug of ours: its stack, and the exit code of a crash.
 */
export function renderError(error: unknown, terminal: Terminal): number {
  if (error instanceof HarnessError) {
    terminal.err(`error: ${error.message}\nremedy: ${error.remedy}\ncode: ${error.code}\n`);
    return error.exit;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.err(`${stack}\nThis is a bug in attestlab; please report it with the lines above.\n`);
  return EXIT_CRASH;
}
