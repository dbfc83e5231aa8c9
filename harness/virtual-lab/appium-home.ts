import { lstat, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HarnessError } from '../errors.js';

/** The driver's name for Appium's `useDrivers`. */
export const VIRTUAL_DRIVER_NAME = 'attestlab-virtual';

/** The `appium:automationName` of sessions with virtual phones. */
export const VIRTUAL_AUTOMATION_NAME = 'AttestlabVirtual';

/**
 * Makes a folder an APPIUM_HOME in which Appium finds the virtual lab's driver, with no package
 * manager and no network. Appium lists what lies in the folder's `node_modules` when it has no
 * manifest yet; the driver is linked there, so that its own imports resolve where it really lies.
 */
export async function prepareAppiumHome(folder: string): Promise<void> {
  const driver = driverFolder();
  const name = await driverPackageName(driver);
  const modules = join(folder, 'node_modules');
  await mkdir(modules, { recursive: true });
  // Without a dependency on Appium: with one it would take this folder for a project of drivers.
  const home = { name: 'attestlab-appium-home', version: '0.0.0', private: true };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(home, null, 2)}\n`);
  // An old manifest would name where the driver was, and keep Appium from looking.
  await rm(join(modules, '.cache'), { recursive: true, force: true });
  const link = join(modules, name);
  if (await exists(link)) await rm(link, { recursive: true });
  await symlink(driver, link, 'junction');
}

// Appium loads compiled code, also where this file itself runs from its source.
function driverFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return import.meta.url.endsWith('.ts')
    ? join(here, '../../dist/harness/virtual-lab/appium-driver')
    : join(here, 'appium-driver');
}

async function driverPackageName(driver: string): Promise<string> {
  const file = join(driver, 'package.json');
  try {
    const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof parsed === 'object' && parsed !== null && 'name' in parsed)
      return String(parsed.name);
    throw new Error('it names no package');
  } catch (cause) {
    throw new HarnessError('ERR_FILE_UNREADABLE', `${file}: the product is not built`, { cause });
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
