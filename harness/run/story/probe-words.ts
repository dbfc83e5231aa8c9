import { fromBase64url, toBase64url } from '../../encoding/bytes.js';
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
  /** As `ask`, and says what it took. */
  timed<Name extends CommandName>(
    command: Name,
    args: CommandArgs<Name>,
    level?: string,
  ): Promise<{ readonly result: CommandResult<Name>; readonly measurement: Measurement }>;
}

/** Wraps a probe client so that what each operation costs is on record. */
export function probeWords(
  client: ProbeClient,
  phone: {
    readonly platform: 'android' | 'ios';
    readonly measured: (measurement: Measurement) => Promise<void>;
  },
): ProbeWords {
  const words: ProbeWords = {
    platform: phone.platform,
    async timed(command, args, level) {
      const { result, ms } = await client.call(command, args);
      const obtained = 'level' in result ? String(result.level) : (level ?? null);
      const measurement = { operation: command, level: obtained, ms };
      await phone.measured(measurement);
      return { result, measurement };
    },
    async ask(command, args, level) {
      return (await words.timed(command, args, level)).result;
    },
  };
  return words;
}

/** Signs with a key of the phone, as whoever is in the app's process may have it do. */
export function signWith(
  probe: ProbeWords,
  alias: string,
): (data: Uint8Array) => Promise<Uint8Array> {
  return async (data) => {
    const { signature } = await probe.ask('key.sign', { alias, data: toBase64url(data) });
    return fromBase64url(signature) ?? new Uint8Array();
  };
}
