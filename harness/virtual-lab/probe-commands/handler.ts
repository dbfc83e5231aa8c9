import type { CommandArgs, CommandName, CommandResult } from '../../probe/commands.js';
import type { AppContext } from '../app-program.js';

/** How the probe does one command; its "no" is a CommandFailure. */
export type Handler<Name extends CommandName> = (
  args: CommandArgs<Name>,
  context: AppContext,
) => CommandResult<Name> | Promise<CommandResult<Name>>;

/** A handler for every command. */
export type Handlers = { readonly [Name in CommandName]: Handler<Name> };
