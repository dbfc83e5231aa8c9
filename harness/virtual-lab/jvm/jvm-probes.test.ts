import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failing } from '../../verifier/index.js';
import { appraiseKey, attestedKey } from '../testing/appraisal.js';
import { PIXEL, startTestLab, type TestLab } from '../testing/lab.js';
import { parsePhoneSpec } from '../virtual-lab.js';
import { startJvmProbes, type JvmProbes } from './jvm-probes.js';
import { freshKotlinBuild, isFresh, shippedKotlin } from './kotlin-build.js';

const READY_TIMEOUT_MS = 180_000;

let folder: string;
let jvms: JvmProbes | null = null;
let lab: TestLab | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attestlab-jvms-'));
});

afterEach(async () => {
  await lab?.close();
  await jvms?.close();
  lab = null;
  jvms = null;
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const spec = parsePhoneSpec({ ...PIXEL, apiLevel: 34, osVersion: '14' }, 'test');
const phones = spec.platform === 'android' ? [spec] : [];
const logFile = (udid: string) => join(folder, `${udid}.log`);

it('says which JVM has ended before it was ready, and where its log is', async () => {
  const java = join(folder, 'java');
  writeFileSync(java, '#!/bin/sh\necho "no such class" >&2\nexit 1\n');
  chmodSync(java, 0o755);
  vi.stubEnv('TMPDIR', folder);
  jvms = await startJvmProbes({ phones, logFile, build: { java, options: () => [] } });
  await expect(jvms.ready).rejects.toMatchObject({
    code: 'ERR_PROBE_JVM',
    message: `the JVM of PIXEL ended before it was ready; see ${logFile('PIXEL')}`,
  });
  expect(readFileSync(logFile('PIXEL'), 'utf8')).toBe('no such class\n');
  await jvms.close();
  expect(readdirSync(folder).sort()).toEqual(['PIXEL.log', 'java']);
});

// Elsewhere this is not run, and named so: `npm run probes:check` makes the build.
describe.runIf(isFresh(shippedKotlin))('the Kotlin probe on a JVM (needs its Maven build)', () => {
  it(
    'has keys attested by the hardware of its virtual phone, and does TLS by Conscrypt',
    async () => {
      const build = await freshKotlinBuild(() => undefined);
      const started = await startJvmProbes({ phones, logFile, build });
      jvms = started;
      const runtimes = await started.ready;
      expect(runtimes.get('PIXEL')?.tlsProvider).toMatch(/^Conscrypt \d+\.\d+\.\d+$/);
      lab = await startTestLab(spec, {
        probe: (own) => started.program(own),
        ...{ commandTimeoutMs: 60_000, screenTimeoutMs: 60_000 },
      });
      const { probe, phone } = lab;
      expect((await probe.hello()).probe.name).toBe('attestlab probe for Android');
      phone.clock.setOffset(3_600_000);
      const { result: facts } = await probe.call('facts', {});
      expect(facts).toMatchObject({
        ...{ virtual: true, model: 'Virtual Pixel', osVersion: '14', apiLevel: 34 },
        ...{ features: ['android.hardware.hardware_keystore'], passcodeSet: true },
        featureVersions: { 'android.hardware.hardware_keystore': 300 },
        bootProperties: { 'ro.boot.verifiedbootstate': 'green', 'ro.boot.flash.locked': '1' },
      });
      expect(Math.round((facts.deviceTimeMs - Date.now()) / 60_000)).toBe(60);
      phone.clock.setOffset(0);
      phone.faults.switchOn('hardware-busy', { times: 1 });
      const key = await attestedKey(lab);
      expect(failing(appraiseKey(lab, key))).toEqual([]);
      const { result } = await probe.call('reset', {});
      expect(result.deletedAliases).toEqual(['attested']);
    },
    READY_TIMEOUT_MS,
  );
});
