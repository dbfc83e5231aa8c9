import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HarnessError } from '../../harness/errors.js';
import { loadLab } from '../../harness/farm/lab.js';
import { productRoot } from '../../harness/product.js';
import { freshKotlinBuild } from '../../harness/virtual-lab/jvm/kotlin-build.js';
import type { Figure, Print } from './figure.js';
import type { PartResult } from './overhead/mark.js';
import { cpuMs, wallMs, type Reading } from './overhead/overhead.js';
import { conductPart } from './overhead/part.js';

const LAB = join(productRoot, 'fixtures', 'labs', 'virtual');
const PAIRS = 2;
const AT_MOST = 2.5;

/** What a nightly with the Kotlin probe on JVMs costs beside one with the model of the probe. */
export const kotlinProbe: Figure = {
  name: 'kotlin-probe',
  async measure(print) {
    try {
      // A stale build is made first, which belongs to no night.
      await freshKotlinBuild(print);
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      print(`not measured here: ${error.message}\n`);
      return;
    }
    const folder = mkdtempSync(join(tmpdir(), 'attestlab-bench-'));
    try {
      await compare(folder, print);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function compare(folder: string, print: Print): Promise<void> {
  const phones = loadLab(LAB).inventory.value.phones.map(({ alias }) => alias);
  const night = (probe: 'model' | 'jvm', round: number): Promise<PartResult> =>
    conductPart('nightly', {
      ...{ lab: LAB, phones, recording: '', record: false, probe },
      reports: join(folder, `${probe}-${round}`),
    });
  print(
    'whole nights in turns, start of Appium and of the JVMs included; Allure page is not made\n',
  );
  const ratios: { readonly wall: number; readonly cpu: number }[] = [];
  for (let round = 1; round <= PAIRS; round += 1) {
    const model = (await night('model', round)).marks.ended;
    const jvm = (await night('jvm', round)).marks.ended;
    const ratioOf = (read: Reading): number => read(jvm) / read(model);
    const ratio = { wall: ratioOf(wallMs), cpu: ratioOf(cpuMs) };
    ratios.push(ratio);
    const shown = [model, jvm].map((mark) => `${(mark.wallMs / 1000).toFixed(1)} s`);
    print(
      `pair ${round}: model ${shown[0] ?? ''}, Kotlin probe ${shown[1] ?? ''}: ` +
        `${ratio.wall.toFixed(2)} x, in CPU time ${ratio.cpu.toFixed(2)} x\n`,
    );
  }
  const mean = ratios.reduce((sum, { wall }) => sum + wall, 0) / ratios.length;
  print(`a nightly takes ${mean.toFixed(2)} x as long with it (at most ${AT_MOST} x)\n`);
}
