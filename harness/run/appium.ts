import { HarnessError } from '../errors.js';
import { startNode, type Child } from './child-process.js';
import { compiled } from './compiled.js';
import { freePort } from './free-port.js';

const START_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 3_000;

/** An Appium server that belongs to this run. */
export interface AppiumServer {
  readonly hostname: string;
  readonly port: number;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Where and how the run's own Appium server is started. */
export interface AppiumSettings {
  /** 0 takes any free port. */
  readonly port: number;
  readonly logFile: string;
  /** Holds the drivers; null leaves it to Appium. */
  readonly appiumHome: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Starts a real Appium server and waits until it listens. */
export async function startAppium(settings: AppiumSettings): Promise<AppiumServer> {
  const port = await freePort(settings.port, 'Appium');
  const { logFile, appiumHome, env, cwd } = settings;
  const child = startNode(compiled('appium-process'), {
    args: [JSON.stringify({ port, logFile, appiumHome })],
    env,
    cwd,
    log: `${logFile}.console`,
  });
  try {
    await listening(child, `${logFile}.console`);
  } catch (error) {
    await child.stop(0);
    throw error;
  }
  return { hostname: '127.0.0.1', port, close: () => child.stop(STOP_GRACE_MS) };
}

function listening(child: Child, log: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(unavailable(`did not listen within ${START_TIMEOUT_MS / 1000} s; see ${log}`));
    }, START_TIMEOUT_MS);
    child.process.once('message', () => {
      clearTimeout(timer);
      resolve();
    });
    void child.exited.then((code) => {
      clearTimeout(timer);
      reject(unavailable(`ended with exit code ${code} before it listened; see ${log}`));
    });
  });
}

function unavailable(what: string): HarnessError {
  return new HarnessError('ERR_APPIUM_UNAVAILABLE', `Appium ${what}`);
}
