import { HarnessError } from '../errors.js';
import type { WorkerPhone } from './session-capabilities.js';

/** What of a session installing and removing an app needs. */
export interface AppSession {
  isAppInstalled(appId: string): Promise<unknown>;
  installApp(path: string): Promise<unknown>;
  removeApp(appId: string): Promise<unknown>;
  activateApp(appId: string): Promise<unknown>;
}

/**
 * Puts a fresh probe on the phone and starts it. One that an earlier run left behind belongs to
 * that run's secret, so it goes first.
 */
export async function installProbe(session: AppSession, phone: WorkerPhone): Promise<void> {
  const { app, install } = phone.probe;
  await reaching(phone, 'installing the probe', async () => {
    if (install !== null) {
      if ((await session.isAppInstalled(app)) === true) await session.removeApp(app);
      await session.installApp(install);
    }
    await session.activateApp(app);
  });
}

/** Takes the probe off the phone, unless the lab itself put it there. Idempotent. */
export async function removeProbe(session: AppSession, phone: WorkerPhone): Promise<void> {
  const { app, install } = phone.probe;
  if (install === null) return;
  await reaching(phone, 'removing the probe', async () => {
    if ((await session.isAppInstalled(app)) === true) await session.removeApp(app);
  });
}

async function reaching(
  phone: WorkerPhone,
  doing: string,
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_DEVICE_LOST', `${phone.alias}: ${doing} failed: ${reason}`, {
      cause,
    });
  }
}
