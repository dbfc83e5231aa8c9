import { EXIT, HarnessError } from '../errors.js';
import { replayLine, runNightly, runSelftest } from '../run/index.js';
import { freshKotlinBuild } from '../virtual-lab/jvm/kotlin-build.js';
import { preflight } from './doctor/doctor-command.js';
import { shippedLab } from './shipped-lab.js';
import type { Terminal } from './terminal.js';

/** Arguments of `attestlab nightly`. */
export interface NightlyOptions {
  readonly lab?: string;
  readonly reports?: string;
  readonly phone?: readonly string[];
  /** What virtual Android phones run: a model of the probe, or the probe itself on JVMs. */
  readonly probe: 'model' | 'jvm';
}

/** Looks at machine and lab, then runs the night. */
export async function nightly(options: NightlyOptions, terminal: Terminal): Promise<number> {
  const lab = options.lab ?? shippedLab;
  if (!(await preflight(lab, terminal))) return EXIT.usage;
  const kotlin =
    options.probe === 'jvm'
      ? await freshKotlinBuild((text) => {
          terminal.err(text);
        })
      : null;
  const { reports, phone: phones } = options;
  return await runNightly({
    lab,
    ...(reports === undefined ? {} : { reports }),
    ...(phones === undefined ? {} : { phones }),
    ...(kotlin === null ? {} : { kotlin }),
  });
}

/** Runs the lab once for every sabotage. */
export async function selftest(
  options: { readonly only?: string },
  terminal: Terminal,
): Promise<number> {
  if (!(await preflight(shippedLab, terminal))) return EXIT.usage;
  return await runSelftest(options);
}

/** Arguments of `attestlab replay-line`. */
export interface ReplayLineOptions {
  readonly run: string;
  readonly line: string;
  /** Where the line's evidence is written to. */
  readonly evidence?: string;
}

/** Appraises one recorded line again. */
export function replay({ run, line, evidence }: ReplayLineOptions, terminal: Terminal): number {
  if (!/^[1-9]\d{0,8}$/.test(line)) {
    throw new HarnessError('ERR_USAGE', `LINE: "${line}" is no line number of the journal`);
  }
  return replayLine({ run, line: Number(line), evidenceFile: evidence ?? null }, terminal);
}
