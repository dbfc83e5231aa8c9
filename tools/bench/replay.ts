import { mkdtempSync, openSync, rmSync, writeSync, closeSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAndroidKey } from '../../harness/evidence/android-key/index.js';
import { replayAll } from '../../harness/run/replay-all.js';
import { encodeTrust } from '../../harness/run/trust-record.js';
import { BASELINE, encodeAppraisal } from '../../harness/verifier/index.js';
import { createVendorRoots } from '../../harness/virtual-lab/secure-hardware/index.js';
import { benchChallenge, benchNow, mintChain, vendorTrust } from './chains.js';
import { bareChecks, chainFloor } from './floor.js';
import { medians } from './medians.js';

const RECORDS = 100_000;

/** Chains that differ; each comes many times, which without a memo makes no difference. */
const CHAINS = 64;

/** What `attestlab replay` costs on a large record, all cores busy, beside their floor. */
export async function benchReplay(): Promise<readonly string[]> {
  const vendors = createVendorRoots();
  const trust = vendorTrust(vendors);
  const chains: (readonly Uint8Array[])[] = [];
  for (let index = 0; index < CHAINS; index += 1) {
    chains.push(await mintChain(index % 2 === 0 ? 'factory' : 'rkp', vendors));
  }
  const bare = chains.map((chain) => {
    const { parsed } = parseAndroidKey(chain);
    if (!parsed.ok) throw new Error(parsed.malformation.message);
    return bareChecks(chainFloor(parsed.value, trust).cold);
  });
  // A median of one kind of chain would leave the other out: one call checks one of each.
  const { pair } = await medians({
    pair: () => {
      bare.slice(0, 2).forEach((check) => {
        check();
      });
    },
  });
  const cpuFloorMs = cpuTimeOf(bare);
  const folder = mkdtempSync(join(tmpdir(), 'attestlab-bench-'));
  try {
    const file = join(folder, 'records.jsonl');
    writeRecords(file, chains);
    const source = { kind: 'records', file, trust: encodeTrust(trust) } as const;
    const workers = availableParallelism();
    const lines = [
      `replay of ${RECORDS} records on ${workers} cores, floor ${(pair * 500).toFixed(0)} us each\n`,
    ];
    for (const memo of [false, true]) {
      const { perSecond, cpuMs, rss } = await timed(source, { workers, memo });
      const share = (perSecond * (pair / 2)) / 1000 / workers;
      lines.push(
        `  memo ${memo ? 'on ' : 'off'}  ${perSecond.toFixed(0)} records/s, ` +
          `${share.toFixed(2)} x cores x floor (${(cpuFloorMs / cpuMs).toFixed(2)} by time of CPU)\n` +
          `           RSS at a tenth, half and all: ${rss.map(megabytes).join(', ')}\n`,
      );
    }
    return lines;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function timed(
  source: Parameters<typeof replayAll>[0],
  options: { readonly workers: number; readonly memo: boolean },
) {
  // At a tenth threads are up and warm; then at the middle and at the end.
  const marks = [RECORDS / 10, RECORDS / 2, RECORDS];
  const rss: number[] = [];
  const start = performance.now();
  const cpu = process.cpuUsage();
  const tally = await replayAll(source, {
    ...options,
    onProgress: ({ appraisals }) => {
      if (appraisals >= (marks[rss.length] ?? Infinity)) rss.push(process.memoryUsage.rss());
    },
  });
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  if (tally.differing > 0 || tally.verdicts.accepted !== RECORDS) {
    throw new Error('a verdict of the benchmark differs');
  }
  return { perSecond: RECORDS / seconds, cpuMs: (user + system) / 1000 / RECORDS, rss };
}

// Where others want the cores too, the clock says how busy they are; time of CPU does not.
function cpuTimeOf(checks: readonly (() => void)[]): number {
  const rounds = 20;
  const cpu = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) for (const check of checks) check();
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / 1000 / rounds / checks.length;
}

function writeRecords(file: string, chains: readonly (readonly Uint8Array[])[]): void {
  const lines = chains.map((chain) => {
    const input = {
      ...{ evidence: parseAndroidKey(chain), expected: { challenge: benchChallenge } },
      ...{ policy: BASELINE, now: benchNow },
    };
    return `${JSON.stringify({ input: encodeAppraisal(input), result: { verdict: 'accepted' } })}\n`;
  });
  const block = lines.join('');
  const fd = openSync(file, 'w');
  for (let left = RECORDS; left > 0; left -= lines.length) {
    writeSync(fd, left >= lines.length ? block : lines.slice(0, left).join(''));
  }
  closeSync(fd);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(0)} MB`;
}
