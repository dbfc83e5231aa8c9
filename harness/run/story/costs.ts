import { toBase64url, utf8 } from '../../encoding/bytes.js';
import type { ObservationOf } from '../../expectation/observation.js';
import { ProbeError } from '../../probe/index.js';
import { climbDown } from './keys.js';
import type { Measurement, ProbeWords } from './probe-words.js';

/** What one operation costs: the usual case and the worst that was seen. */
export interface OperationCost {
  /** The operation, as part of an observation's name. */
  readonly name: string;
  readonly median: ObservationOf<'measurement'>;
  readonly worst: ObservationOf<'measurement'>;
}

/** Attestations that one measurement takes: vendors ration them. */
export const COST_ATTESTATIONS = 3;
const SIGNATURES = 5;
const BODY = toBase64url(utf8('{"item":"one loaf of bread","quantity":1}'));
const NONCE = toBase64url(new Uint8Array(32).fill(7));

/** Makes keys and uses them, again and again; what the phone cannot do is not in the answer. */
export async function measureCosts(probe: ProbeWords, alias: string): Promise<OperationCost[]> {
  const seen: Measurement[] = [];
  const timing: ProbeWords = {
    ...probe,
    async timed(...call) {
      const timed = await probe.timed(...call);
      seen.push(timed.measurement);
      return timed;
    },
    async ask(...call) {
      return (await timing.timed(...call)).result;
    },
  };
  let level: string | null = null;
  for (let round = 0; round < COST_ATTESTATIONS; round++) {
    const order = { alias, purpose: 'sign', algorithm: 'ec-p256', challenge: NONCE } as const;
    level = (await climbDown(timing, order)).key?.level ?? null;
  }
  if (level !== null) await useKey(timing, alias, level);
  if (probe.platform === 'ios') await useAppAttest(timing);
  return costsOf(seen);
}

async function useKey(probe: ProbeWords, alias: string, level: string): Promise<void> {
  for (let round = 0; round < SIGNATURES; round++) {
    await probe.ask('key.csr', { alias, commonName: 'cost', nonce: NONCE }, level);
    await probe.ask('key.sign', { alias, data: BODY }, level);
    const request = { method: 'POST', authority: 'rp.example', target: '/', body: BODY };
    const numbers = { epoch: '1', counter: String(round + 1), contentType: 'application/json' };
    await probe.ask('request.sign', { alias, ...request, ...numbers }, level);
  }
}

async function useAppAttest(probe: ProbeWords): Promise<void> {
  try {
    for (let round = 0; round < COST_ATTESTATIONS; round++) {
      const { keyId } = await probe.ask('appattest.generate', {});
      await probe.ask('appattest.attest', { keyId, clientDataHash: NONCE });
      await probe.ask('appattest.assert', { keyId, clientDataHash: NONCE });
    }
  } catch (error) {
    // A simulator has no such service. A phone that should have one misses its budgets by this.
    if (!(error instanceof ProbeError)) throw error;
  }
}

/** Median and worst of each operation; of an even count the median is the upper one. */
export function costsOf(measurements: readonly Measurement[]): OperationCost[] {
  const operations = new Set(measurements.map(({ operation }) => operation));
  return [...operations].flatMap((operation) => {
    const group = measurements.filter((one) => one.operation === operation);
    const sorted = group.toSorted((left, right) => left.ms - right.ms);
    const median = sorted[Math.floor(sorted.length / 2)];
    const worst = sorted.at(-1);
    if (median === undefined || worst === undefined) return [];
    const name = operation.replaceAll('.', '-');
    return [{ name, median: observed(median), worst: observed(worst) }];
  });
}

function observed(measurement: Measurement): ObservationOf<'measurement'> {
  return { kind: 'measurement', ...measurement };
}
