import type { InventoryPhone } from '../farm/inventory.js';
import type { ReferenceValues } from '../farm/reference-values.js';
import {
  androidProbe,
  appleProbe,
  encodeAppPackage,
  type AppPackage,
} from '../virtual-lab/app-package.js';
import type { RunFolder } from './run-folder.js';
import type { WorkerPhone } from './session-capabilities.js';

const PROBE = { version: '1.0.0', versionCode: 1, build: '1' } as const;

/** What the workers must know of each phone; probes of virtual phones are written into the run folder. */
export function workerPhones(
  phones: readonly InventoryPhone[],
  values: ReferenceValues,
  folder: RunFolder,
): ReadonlyMap<string, WorkerPhone> {
  const written = new Map<string, string>();
  const installFor = (platform: InventoryPhone['platform']): string => {
    const known = written.get(platform);
    if (known !== undefined) return known;
    const name = `probes/${platform}.json`;
    const bytes = encodeAppPackage(probePackage(platform, values));
    folder.storeText(name, new TextDecoder().decode(bytes));
    written.set(platform, folder.file(name));
    return folder.file(name);
  };
  return new Map(
    phones.map(({ alias, platform, virtual }) => {
      const app = appOf(platform, values);
      const install = virtual === undefined ? null : installFor(platform);
      return [alias, { alias, platform, probe: { app, install } }];
    }),
  );
}

function appOf(platform: InventoryPhone['platform'], values: ReferenceValues): string {
  const { packages } = values.android;
  const { bundleIds } = values.apple;
  const [app] = platform === 'android' ? packages : bundleIds;
  if (app === undefined) throw new Error('the schema of reference values demands one app');
  return app;
}

function probePackage(platform: InventoryPhone['platform'], values: ReferenceValues): AppPackage {
  const { version, versionCode, build } = PROBE;
  const app = appOf(platform, values);
  const { signerDigests } = values.android;
  const { teamId, environment } = values.apple;
  return platform === 'android'
    ? androidProbe({ version, versionCode, packageName: app, signerDigests })
    : appleProbe({ version, build, bundleId: app, teamId, environment });
}
