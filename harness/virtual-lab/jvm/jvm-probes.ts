import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HarnessError } from '../../errors.js';
import type { Program } from '../app-program.js';
import type { AndroidPhoneSpec } from '../phone-spec.js';
import { systemFacts } from '../probe-commands/facts.js';
import { openJvmDoor, type JvmDoor } from './jvm-door.js';
import { JvmPhone } from './jvm-phone.js';
import { JVM_ENV, type JvmRuntime } from './jvm-protocol.js';
import type { KotlinBuild } from './kotlin-build.js';

/** Phones that run the Kotlin probe, each in a JVM of its own. */
export interface JvmProbes {
  /** The probe's program: the Kotlin one on phones that have a JVM, `other` elsewhere. */
  program(other: Program): Program;
  /** What runs each phone's probe, by udid. Rejects where a JVM ends before it is ready. */
  readonly ready: Promise<ReadonlyMap<string, JvmRuntime>>;
  /** Ends every JVM, with all that it has kept. Idempotent. */
  close(): Promise<void>;
}

/** What JVMs are started with. */
export interface JvmProbesOptions {
  readonly phones: readonly AndroidPhoneSpec[];
  readonly build: KotlinBuild;
  /** Where a phone's JVM writes what it has to say. */
  readonly logFile: (udid: string) => string;
}

const READY_WITHIN_MS = 180_000;

/** Starts a JVM for each phone, side by side. */
export async function startJvmProbes(options: JvmProbesOptions): Promise<JvmProbes> {
  const door = await openJvmDoor();
  // Robolectric keeps an app's storage in files, and software keys are among them.
  const storage = mkdtempSync(join(tmpdir(), 'attestlab-jvm-'));
  const started = new Map(
    options.phones.map((spec) => [spec.udid, startJvm(spec, { ...options, door, storage })]),
  );
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    await Promise.all([...started.values()].map((jvm) => jvm.stop()));
    await door.close();
    rmSync(storage, { recursive: true, force: true });
  };
  return {
    program: (other) => ({
      schemes: other.schemes,
      start: (context) => {
        const jvm = started.get(context.device.udid);
        return jvm === undefined ? other.start(context) : jvm.phone.start(context);
      },
      removed: (device) => {
        started.get(device.udid)?.phone.removed();
      },
    }),
    ready: allReady(started),
    close: () => (closing ??= close()),
  };
}

interface Jvm {
  readonly phone: JvmPhone;
  readonly ready: Promise<JvmRuntime>;
  stop(): Promise<void>;
}

function startJvm(
  spec: AndroidPhoneSpec,
  parts: JvmProbesOptions & { readonly door: JvmDoor; readonly storage: string },
): Jvm {
  const { build, door, storage } = parts;
  const phone = new JvmPhone(systemFacts(spec));
  const logFile = parts.logFile(spec.udid);
  const log = openSync(logFile, 'a', 0o600);
  const temporary = `-Djava.io.tmpdir=${storage}`;
  const { java } = build;
  const child = spawn(java, [...build.options(spec.apiLevel), temporary, PHONE_PROCESS], {
    // Of the machine's environment it needs nothing, and what is in there is nobody's business.
    env: {
      PATH: process.env['PATH'] ?? '',
      [JVM_ENV.port]: String(door.port),
      [JVM_ENV.token]: door.expect(phone.listener),
    },
    stdio: ['ignore', log, log],
    // A terminal's Ctrl-C is the run's to handle, which releases its phones first.
    detached: true,
  });
  closeSync(log);
  const exited = new Promise<void>((resolve) => {
    const end = (): void => {
      phone.lost();
      resolve();
    };
    child.once('error', end);
    child.once('exit', end);
  });
  return {
    phone,
    ready: readyInTime(phone, { exited, udid: spec.udid, logFile }),
    stop: () => stop(child, exited),
  };
}

const PHONE_PROCESS = 'org.attestlab.probe.phone.PhoneProcessKt';

async function readyInTime(
  phone: JvmPhone,
  jvm: { readonly exited: Promise<void>; readonly udid: string; readonly logFile: string },
): Promise<JvmRuntime> {
  const { exited, udid, logFile } = jvm;
  const failed = (what: string): HarnessError =>
    new HarnessError('ERR_PROBE_JVM', `the JVM of ${udid} ${what}; see ${logFile}`);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(failed(`was not ready within ${READY_WITHIN_MS / 1000} s`));
    }, READY_WITHIN_MS);
  });
  const ended = exited.then(() => {
    throw failed('ended before it was ready');
  });
  try {
    return await Promise.race([phone.ready, ended, late]);
  } finally {
    clearTimeout(timer);
    // It ends some day, which is no failure any more.
    ended.catch(() => undefined);
  }
}

function allReady(started: ReadonlyMap<string, Jvm>): Promise<ReadonlyMap<string, JvmRuntime>> {
  const ready = Promise.all(
    [...started].map(async ([udid, jvm]) => [udid, await jvm.ready] as const),
  ).then((entries) => new Map(entries));
  // Whoever has started them hears of it when he waits for them, which may be later.
  ready.catch(() => undefined);
  return ready;
}

// At once: it has nothing to finish, and what it has kept is deleted here.
async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill('SIGKILL');
  await exited;
}
