import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HarnessError } from '../errors.js';
import type { InventoryPhone } from '../farm/inventory.js';
import { loadLab, type Lab } from '../farm/lab.js';
import { startVirtualLab } from '../virtual-lab/virtual-lab.js';
import { Closers } from './closers.js';
import { startManagedAppium, virtualPhones } from './compose.js';
import type { PackageSession } from './installed-probe.js';
import { leasePhones } from './phone-leases.js';
import { workerPhones } from './phone-directory.js';
import type { AppSession } from './probe-app.js';
import { createRunFolder } from './run-folder.js';
import { sessionCapabilities, type WorkerPhone } from './session-capabilities.js';
import { connectionOf } from './wdio-settings.js';

/** A session on one phone of a lab, outside of any run. */
export interface PhoneSession {
  readonly lab: Lab;
  readonly phone: InventoryPhone;
  readonly worker: WorkerPhone;
  readonly session: AppSession & PackageSession;
}

/**
 * Leases a phone and opens a session on it as a run does, and ends all that was started for it. A virtual
 * phone is made for it alone: it begins without any app, and nothing of it stays.
 */
export async function withPhone<T>(
  labFolder: string,
  device: string,
  act: (phone: PhoneSession) => Promise<T>,
): Promise<T> {
  const whole = loadLab(labFolder);
  const phone = phoneOf(whole, device);
  const closers = new Closers();
  const work = mkdtempSync(join(tmpdir(), 'attestlab-phone-'));
  closers.push(() => {
    rmSync(work, { recursive: true, force: true });
  });
  try {
    const lab = onlyPhone(whole, phone, work);
    const folder = createRunFolder(work, new Date());
    const taken: HarnessError[] = [];
    await leasePhones({
      ...{ runId: folder.id, lab, closers, plan: { jobs: [{ phoneAlias: phone.alias }] } },
      onTaken: (_, error) => void taken.push(error),
    });
    const specs = virtualPhones(lab);
    const virtualLab =
      specs.length === 0 ? null : await startVirtualLab({ phones: specs, timeScale: 0 });
    if (virtualLab !== null) closers.push(() => virtualLab.close());
    const appium = await startManagedAppium({ lab, folder, virtualLab });
    closers.push(() => appium?.close() ?? Promise.resolve());
    const worker = workerPhones([phone], lab.referenceValues, folder).get(phone.alias);
    if (worker === undefined) throw new Error('a directory of one phone lacks it');
    const session = await openSession(phone, {
      ...connectionOf(phone, { appium }),
      capabilities: sessionCapabilities(phone, worker, virtualLab?.host ?? null),
    });
    closers.push(() => session.deleteSession());
    const answer = await act({ lab, phone, worker, session });
    // What was asked of a phone that another run had by then is no answer.
    if (taken[0] !== undefined) throw taken[0];
    return answer;
  } finally {
    await closers.closeAll();
  }
}

function phoneOf({ inventory, file }: Lab, device: string): InventoryPhone {
  const { phones } = inventory.value;
  const found = phones.find(({ udid, alias }) => udid === device || alias === device);
  if (found !== undefined) return found;
  const known = phones.map(({ udid, alias }) => `${udid} (${alias})`).join(', ');
  throw new HarnessError('ERR_USAGE', `${file} has no phone "${device}"; its phones: ${known}`);
}

function onlyPhone(lab: Lab, phone: InventoryPhone, reportsFolder: string): Lab {
  const value = { ...lab.inventory.value, phones: [phone] };
  return { ...lab, reportsFolder, inventory: { ...lab.inventory, value } };
}

async function openSession(
  phone: InventoryPhone,
  options: ReturnType<typeof connectionOf> & {
    readonly capabilities: ReturnType<typeof sessionCapabilities>;
  },
) {
  const { remote } = await import('webdriverio');
  try {
    return await remote({ ...options, logLevel: 'silent', connectionRetryCount: 0 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_DEVICE_LOST', `${phone.alias}: no session: ${reason}`, { cause });
  }
}
