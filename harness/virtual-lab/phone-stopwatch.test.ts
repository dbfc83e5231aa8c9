import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { PhoneStopwatch } from './phone-stopwatch.js';
import { PIXEL, startTestLab } from './testing/lab.js';

describe('the stopwatch of a phone', () => {
  it('counts a modelled duration in full, however short the wait was', async () => {
    const stopwatch = new PhoneStopwatch();
    const begunAt = stopwatch.nowMs();
    await stopwatch.during(5_000, () => Promise.resolve());
    expect(stopwatch.nowMs() - begunAt).toBeGreaterThanOrEqual(5_000);
    expect(stopwatch.nowMs() - begunAt).toBeLessThan(5_100);
  });

  it('does not count the wait itself, however late it ends', async () => {
    const stopwatch = new PhoneStopwatch();
    const begunAt = stopwatch.nowMs();
    await stopwatch.during(1, () => delay(200));
    expect(stopwatch.nowMs() - begunAt).toBeLessThan(100);
  });

  it('never goes back', async () => {
    const stopwatch = new PhoneStopwatch();
    const seen = [stopwatch.nowMs()];
    for (const ms of [0, 3, 40]) {
      await stopwatch.during(ms, () => Promise.resolve());
      seen.push(stopwatch.nowMs());
    }
    expect(seen.toSorted((left, right) => left - right)).toEqual(seen);
  });

  it.each([0, 0.05])('makes a probe answer alike at time scale %s', async (timeScale) => {
    const spec = { ...PIXEL, latencies: { tee: { sign: 700 } } };
    const { probe, close } = await startTestLab(spec, { timeScale });
    await probe.hello();
    await probe.call('key.generate', {
      ...{ alias: 'k', purpose: 'sign', algorithm: 'ec-p256' },
      ...{ ladder: ['tee'], digests: ['sha256'] },
    });
    const { ms } = await probe.call('key.sign', { alias: 'k', data: 'AAAA' });
    expect(ms).toBeGreaterThanOrEqual(700);
    expect(ms).toBeLessThan(900);
    await close();
  });
});
