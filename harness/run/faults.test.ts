import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readRun } from '../report/read-run.js';
import type { BackendId } from './backends.js';
import { conductDirectly } from './direct-lane.js';
import type { FinishedRun } from './finish-run.js';
import type { Run } from './run.js';
import { faultLab } from './testing/fault-lab.js';

const TIMEOUT_MS = 60_000;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** When something befalls a run: as a phone's story has been answered on this route, in a scenario. */
interface Moment {
  readonly phone: string;
  readonly scenario: string;
  readonly route: keyof Run['handlers'];
}

/** Tells these scenarios on two phones, and lets something befall the run in the middle of one. */
async function conductWith(
  scenarios: readonly string[],
  moment: Moment,
  befall: (run: Run, answer: unknown) => unknown,
): Promise<FinishedRun> {
  const lab = faultLab(scenarios);
  const reports = mkdtempSync(join(tmpdir(), 'attestlab-faults-'));
  folders.push(lab, reports);
  let told = '';
  const happened: Run[] = [];
  const finished = await conductDirectly({
    ...{ lab, reports, timeScale: 0, phones: [moment.phone, 'iphone-enclave'] },
    onProgress: ({ phone, scenario }) => {
      if (phone === moment.phone) told = scenario ?? '';
    },
    onStarted: (run) => {
      const handlers = run.handlers as unknown as Record<
        string,
        (asked: { phone: string }) => unknown
      >;
      const handler = handlers[moment.route];
      if (handler === undefined) throw new Error(moment.route);
      handlers[moment.route] = async (asked) => {
        const answer = await handler(asked);
        if (happened.length === 0 && asked.phone === moment.phone && told === moment.scenario) {
          happened.push(run);
          await befall(run, answer);
        }
        return answer;
      };
    },
  });
  if (happened.length === 0) throw new Error(`${moment.scenario} never came to ${moment.route}`);
  return finished;
}

function words({ outcomes }: FinishedRun, phone: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    outcomes
      .filter(({ job }) => job.phoneAlias === phone)
      .map(({ job, outcome }) => [
        job.scenarioId,
        outcome.outcome === 'inconclusive' ? outcome.error.code : outcome.outcome,
      ]),
  );
}

async function endBackend({ stage }: Run, id: BackendId): Promise<void> {
  await (await stage.backends.of(id, 'pixel-tee')).relyingParty.close();
}

const pixel = { phone: 'pixel-tee' } as const;

describe('a relying party that dies in the middle of a run', () => {
  it(
    'has refused nobody, and least of all whoever was to be refused',
    async () => {
      const refusals = [
        'expired',
        'foreign-issuer',
        'no-certificate',
        'not-yet-valid',
        'wrong-eku',
      ];
      const finished = await conductWith(
        [...refusals.map((id) => `mutual-tls/${id}`), 'pinning/*', 'signed-body/tampered'],
        { ...pixel, scenario: 'mutual-tls/expired', route: 'client-certificates/issue' },
        (run) => endBackend(run, 'reference'),
      );
      const pixelWords = words(finished, 'pixel-tee');
      for (const id of refusals) {
        expect(pixelWords[`mutual-tls/${id}`], id).toBe('ERR_RELYING_PARTY');
      }
      expect(pixelWords['signed-body/tampered']).toBe('ERR_RELYING_PARTY');
      const all = new Set(finished.outcomes.map(({ outcome }) => outcome.outcome));
      expect(all).toEqual(new Set(['met', 'bypassed-as-expected', 'inconclusive']));
      expect(finished.gate.exit).toBe(4);
    },
    TIMEOUT_MS,
  );

  it(
    'is missed by those alone whom it was there for',
    async () => {
      const finished = await conductWith(
        ['attestation/another-app', 'attestation/another-signer', 'attestation/issuance'],
        { ...pixel, scenario: 'attestation/another-app', route: 'relying-party/challenge' },
        (run) => endBackend(run, 'of-another-app'),
      );
      expect(words(finished, 'pixel-tee')).toEqual({
        'attestation/another-app': 'ERR_RELYING_PARTY',
        'attestation/another-signer': 'met',
        'attestation/issuance': 'met',
      });
      expect(words(finished, 'iphone-enclave')['attestation/issuance']).toBe('met');
      expect(finished.gate.exit).toBe(4);
    },
    TIMEOUT_MS,
  );
});

describe('a relying party that fails by itself', () => {
  it(
    'has judged nothing: whoever asked is inconclusive, and the cause is on record',
    async () => {
      const finished = await conductWith(
        ['monitoring/person', 'hardware-keys/rsa'],
        { ...pixel, scenario: 'monitoring/person', route: 'watch/let-pass' },
        ({ stage }) => {
          stage.watches.of('pixel-tee').monitor.record = () => {
            throw new Error('its log is broken');
          };
        },
      );
      expect(words(finished, 'pixel-tee')).toEqual({
        'monitoring/person': 'ERR_RELYING_PARTY',
        'hardware-keys/rsa': 'met',
      });
      expect(finished.gate.reasons).toContain('Error: its log is broken');
      expect(finished.gate.exit).toBe(4);
    },
    TIMEOUT_MS,
  );
});

interface Vanishing {
  readonly middleOf: string;
  readonly moment: Moment;
  readonly udid: string;
  /** What the phone must be free of once its story is over. */
  readonly left: (run: Run) => unknown;
}

const VANISHINGS: readonly Vanishing[] = [
  {
    middleOf: 'a hook',
    moment: { phone: 'pixel-rooted', scenario: 'hooking/pin-forced', route: 'phones/pull-lever' },
    udid: 'VIRTUAL-PIXEL-03',
    left: ({ stage }) => stage.virtualLab?.phone('VIRTUAL-PIXEL-03').hooks.has('pin-check-forced'),
  },
  {
    middleOf: 'weeks of watched traffic',
    moment: { ...pixel, scenario: 'monitoring/machine', route: 'watch/let-pass' },
    udid: 'VIRTUAL-PIXEL-01',
    left: ({ stage }) =>
      Math.abs(stage.watches.of('pixel-tee').clock().getTime() - Date.now()) > 30_000,
  },
  {
    middleOf: 'a fault of its keystore',
    moment: { ...pixel, scenario: 'hardware-keys/transient', route: 'phones/pull-lever' },
    udid: 'VIRTUAL-PIXEL-01',
    left: ({ stage }) => stage.virtualLab?.phone('VIRTUAL-PIXEL-01').faults.has('hardware-busy'),
  },
  {
    middleOf: 'a passage through its proxy',
    moment: { ...pixel, scenario: 'pinning/rule-based-proxy', route: 'phones/pull-lever' },
    udid: 'VIRTUAL-PIXEL-01',
    left: ({ stage }) => stage.virtualLab?.phone('VIRTUAL-PIXEL-01').settings.has('http_proxy'),
  },
  {
    middleOf: 'a passage through an interceptor',
    moment: { ...pixel, scenario: 'pinning/pinned-leaf', route: 'interceptors/start' },
    udid: 'VIRTUAL-PIXEL-01',
    // An interceptor is nothing of the phone's; that it is closed is tested with the interceptors.
    left: () => false,
  },
];

describe('a phone that vanishes in the middle of', () => {
  for (const { middleOf, moment, udid, left } of VANISHINGS) {
    it(
      `${middleOf} is inconclusive, leaves nothing behind and disturbs nobody`,
      async () => {
        const runs: Run[] = [];
        const finished = await conductWith(
          [moment.scenario, 'hardware-keys/rsa', 'mutual-tls/no-certificate'],
          moment,
          (run) => {
            runs.push(run);
            run.stage.virtualLab?.phone(udid).faults.switchOn('offline');
          },
        );
        const lost = words(finished, moment.phone);
        expect(lost[moment.scenario]).toBe('ERR_DEVICE_LOST');
        const others = Object.values(lost).filter((word) => word !== 'met');
        expect(new Set(others)).toEqual(new Set(['ERR_DEVICE_LOST']));
        const neighbour = Object.values(words(finished, 'iphone-enclave'));
        expect(neighbour.length).toBeGreaterThan(1);
        expect(new Set(neighbour)).toEqual(new Set(['met']));
        expect(runs.map(left)).toEqual([false]);
        expect(finished.gate.reasons.every((reason) => reason.includes(moment.phone))).toBe(true);
        expect(finished.gate.exit).toBe(4);
        expect(readRun(finished.folder).errors.map(({ code }) => code)).toContain(
          'ERR_DEVICE_LOST',
        );
      },
      TIMEOUT_MS,
    );
  }
});
