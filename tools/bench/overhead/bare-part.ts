import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadLab } from '../../../harness/farm/lab.js';
import { startAppium } from '../../../harness/run/appium.js';
import { startNode } from '../../../harness/run/child-process.js';
import { virtualPhones } from '../../../harness/run/compose.js';
import { prepareAppiumHome } from '../../../harness/virtual-lab/appium-home.js';
import { startVirtualLab } from '../../../harness/virtual-lab/virtual-lab.js';
import { startAnswerers } from './answerers.js';
import { mark, requestsIn } from './mark.js';
import { partOrder, tellResult } from './part.js';
import { withoutClient } from './probe-request.js';
import { readRecording, RECORDING_ENV, type RecordedPhone } from './recording.js';

// The same sessions and commands with nothing but phones, Appium and wdio, in a process of its own.
const { lab, reports, recording } = partOrder();
const recorded = readRecording(recording);
const udids = new Set(recorded.phones.map(({ settings }) => settings.capabilities['appium:udid']));
const { timeScale, ...rest } = loadLab(lab);
const specs = virtualPhones({ timeScale, ...rest }).filter(({ udid }) => udids.has(udid));

mkdirSync(reports, { recursive: true });
let answered = 0;
const virtualLab = await startVirtualLab({
  phones: specs,
  timeScale,
  spoiling: {
    misreport: ({ result }) => {
      answered += 1;
      return result;
    },
  },
});
const appiumHome = join(reports, '.appium-home');
await prepareAppiumHome(appiumHome);
const logFile = join(reports, 'appium.log');
const appium = await startAppium({
  ...{ port: 0, logFile, appiumHome, cwd: reports },
  env: { ATTESTLAB_PHONE_HOST_TOKEN: virtualLab.host.token },
});
const here = join(reports, 'recording.json');
const redirectedPhones = recorded.phones.map(redirected);
writeFileSync(here, JSON.stringify({ ...recorded, phones: redirectedPhones }), { mode: 0o600 });
const answerers = await startAnswerers(recorded);
const ready = mark();
const configuration = fileURLToPath(new URL('bare-wdio.conf.js', import.meta.url));
const wdio = fileURLToPath(new URL('../bin/wdio.js', import.meta.resolve('@wdio/cli')));
const child = startNode(wdio, {
  args: ['run', configuration],
  env: { [RECORDING_ENV]: here, FORCE_COLOR: '0' },
  cwd: reports,
  log: join(reports, 'wdio.log'),
});
const code = await child.exited;
await child.stop(0);
const ran = mark();
await answerers.close();
await appium.close();
await virtualLab.close();
const ended = mark();

// Commands that were not sent, or that failed, would flatter.
if (code !== 0) throw new Error(`the bare test runner failed; see ${reports}/wdio.log`);
tellResult({ marks: { ready, ran, ended }, requests: requestsIn(logFile), answered });

function redirected({ settings, commands }: RecordedPhone): RecordedPhone {
  const { hostname, port } = appium;
  const capabilities = { ...settings.capabilities, 'attestlab:phoneHost': virtualLab.host.url };
  return {
    settings: { ...settings, hostname, port, capabilities },
    commands: commands.map(withoutClient),
  };
}
