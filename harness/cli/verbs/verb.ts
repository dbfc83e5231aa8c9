import type { Command } from 'commander';
import type { Terminal } from '../terminal.js';

/** What a verb's action is given beside its own arguments. */
export interface VerbContext {
  readonly terminal: Terminal;
  /** Sets the exit code of the process. */
  readonly finish: (exit: number) => void;
}

/** Adds a verb, its arguments and its options to the program. Runs nothing. */
export type DeclareVerb = (program: Command, context: VerbContext) => void;
