import { describe, expect, it } from 'vitest';
import { createProbeClient, newProbeSecret, startRequestHost } from '../../probe/index.js';
import { IPHONE, PIXEL, startTestLab } from '../../virtual-lab/testing/lab.js';
import type { VirtualPhoneSpec } from '../../virtual-lab/phone-spec.js';
import { costsOf, measureCosts, type OperationCost } from './costs.js';
import { probeWords } from './probe-words.js';

async function costsOn(spec: VirtualPhoneSpec): Promise<ReadonlyMap<string, OperationCost>> {
  const { transport, close } = await startTestLab(spec);
  const requests = await startRequestHost();
  const client = createProbeClient(transport, {
    ...{ secret: newProbeSecret(), requests, phone: spec.udid },
    ...{ commandTimeoutMs: 5_000, screenTimeoutMs: 1_000 },
  });
  await client.hello();
  const { platform } = spec;
  const probe = probeWords(client, { platform, measured: () => Promise.resolve() });
  const costs = await measureCosts(probe, 'cost');
  await requests.close();
  await close();
  return new Map(costs.map((cost) => [cost.name, cost]));
}

describe('the costs of a phone', () => {
  it('are those of its own hardware, whatever the time scale of the lab', async () => {
    const costs = await costsOn({ ...PIXEL, latencies: { tee: { sign: 230, generate: 0 } } });
    expect([...costs.keys()]).toEqual(['key-generate', 'key-csr', 'key-sign', 'request-sign']);
    for (const name of ['key-csr', 'key-sign', 'request-sign']) {
      const cost = costs.get(name);
      expect(cost?.median.level).toBe('tee');
      expect(cost?.median.ms).toBeGreaterThanOrEqual(230);
      expect(cost?.median.ms).toBeLessThan(1_000);
      expect(cost?.worst.ms).toBeGreaterThanOrEqual(cost?.median.ms ?? Infinity);
    }
  });

  it('hold App Attest on an iPhone that has it, and not on one that has none', async () => {
    const names = ['appattest-generate', 'appattest-attest', 'appattest-assert'];
    expect([...(await costsOn(IPHONE)).keys()]).toEqual(expect.arrayContaining(names));
    const without = await costsOn({ ...IPHONE, appAttest: false });
    expect([...without.keys()].filter((name) => names.includes(name))).toEqual([]);
  });

  it('are the middle and the end of what was measured, not the mean', () => {
    const measured = [9, 1, 2, 1000, 3].map((ms) => ({ operation: 'key.sign', level: 'tee', ms }));
    const [cost] = costsOf(measured);
    expect(cost?.median.ms).toBe(3);
    expect(cost?.worst.ms).toBe(1000);
  });

  it('are none where nothing was measured', () => {
    expect(costsOf([])).toEqual([]);
  });
});
