import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadLab } from '../../harness/farm/lab.js';
import { productRoot } from '../../harness/product.js';
import type { Figure, Print } from './figure.js';
import type { PartResult } from './overhead/mark.js';
import {
  cpuMs,
  medianOverhead,
  overhead,
  wallMs,
  type Pair,
  type Reading,
} from './overhead/overhead.js';
import { conductPart, type PartOrder } from './overhead/part.js';

const LAB = join(productRoot, 'fixtures', 'labs', 'virtual');
const PAIRS = 5;

/** What a nightly costs beside bare wdio that sends the same commands to the same phones. */
export const nightlyOverhead: Figure = {
  name: 'nightly-overhead',
  async measure(print) {
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
  const order = (name: string): PartOrder => ({
    lab: LAB,
    phones,
    reports: join(folder, name),
    ...{ recording: join(folder, 'recording.json'), record: false },
  });
  print(SCOPE);
  const recorded = await conductPart('nightly', { ...order('recorded'), record: true });
  print(`recorded ${recorded.requests} requests of ${phones.length} phones\n`);
  const bareRun = (round: number) => conductPart('bare', order(`bare-${round}`));
  const pairs: Pair[] = [];
  for (let round = 1; round <= PAIRS; round += 1) {
    // They take turns in going first: a machine that becomes slower or faster favours neither.
    const nightlyFirst = round % 2 === 1;
    const first = nightlyFirst ? null : await bareRun(round);
    const nightly = await conductPart('nightly', order(`nightly-${round}`));
    const bare = first ?? (await bareRun(round));
    const pair = { nightly, bare };
    pairs.push(pair);
    print(`pair ${round}\n${lineOf('nightly', nightly)}${lineOf('bare wdio', bare)}`);
    print(
      `  overhead ${percent(overhead(pair, wallMs))}, in CPU time ${percent(overhead(pair, cpuMs))}\n`,
    );
  }
  const inTime = medianOverhead(pairs, wallMs);
  const inCpu = medianOverhead(pairs, cpuMs);
  print(`median overhead over bare wdio: ${percent(inTime)}, in CPU time ${percent(inCpu)}\n`);
}

const SCOPE = `${[
  'A nightly, and wdio that replays what its sessions sent, in turns: each in a process of its own,',
  'with its own Appium and virtual phones.',
  'Overhead: (all of the nightly - all of the bare run) / (sessions of the bare run). So what both',
  'start and end, Appium and phones, is in neither; everything else of the nightly counts, from the',
  "process's birth to its end, the relying party's start included. Allure's page is not made.",
  'The bare run sends the commands that a nightly was recorded with: as many reads without the pauses,',
  'and more of them only until a phone has answered. It judges and keeps nothing. Where its phones',
  'look for the relying party, something answers at once; they show it no client certificate, and the',
  'lab does nothing to them meanwhile.',
].join('\n')}\n`;

function lineOf(
  name: string,
  { marks: { ready, ran, ended }, requests, answered }: PartResult,
): string {
  const spent = (read: Reading): string => {
    const [start, sessions, end] = [read(ready), read(ran) - read(ready), read(ended) - read(ran)];
    const figures = [read(ended), start, sessions, end].map((ms) => (ms / 1000).toFixed(1));
    return `${figures[0] ?? ''} s (start ${figures[1] ?? ''}, sessions ${figures[2] ?? ''}, end ${figures[3] ?? ''})`;
  };
  const cpu = ended.cpuMs === null ? '' : `; CPU ${spent(cpuMs)}`;
  const carried = answered === null ? '' : `, ${answered} commands of probes carried out`;
  return `  ${name.padEnd(9)} ${spent(wallMs)}${cpu}; ${requests} requests${carried}\n`;
}

function percent(ratio: number): string {
  return Number.isNaN(ratio) ? 'unknown here' : `${(ratio * 100).toFixed(1)} %`;
}
