import type { CommandArgs, CommandName, CommandResult, ProbeClient } from '../../probe/index.js';

/** One operation of the phone: what it took there, and at which level the key lives. */
export interface Measurement {
  readonly operation: string;
  readonly level: string | null;
  readonly ms: number;
}

/** The phone of a story, command by command; each operation's duration is reported. */
export interface ProbeWords {
  readonly platform: 'android' | 'ios';
  ask<Name extends CommandName>(
    command: Name,
    args: CommandArgs<Name>,
    level?: string,
  ): Promise<CommandResult<Name>>;
}

/** Wraps a probe client so that what each operation costs is on record. */
export function probeWords(
  client: ProbeClient,
  phone: {
    readonly platform: 'android' | 'ios';
    readonly measured: (measurement: Measurement) => Promise<void>;
  },
): ProbeWords {
  return {
    platform: phone.platform,
    async ask(command, args, level) {
      const { result, ms } = await client.call(command, args);
      const obtained = 'level' in result ? String(result.level) : (level ?? null);
      await phone.measured({ operation: command, level: obtained, ms });
      return result;
    },
  };
}
