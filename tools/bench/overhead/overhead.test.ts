import { describe, expect, it } from 'vitest';
import { mark } from './mark.js';
import { cpuMs, medianOverhead, overhead, wallMs } from './overhead.js';

function part([ready, ran, ended]: readonly [number, number, number], cpu = false) {
  const at = (wall: number) => ({ wallMs: wall, cpuMs: cpu ? wall : null });
  return { marks: { ready: at(ready), ran: at(ran), ended: at(ended) } };
}

const bare = part([2_000, 12_000, 12_500]);

describe('the overhead of a nightly', () => {
  it('is what it takes longer, by the sessions alone', () => {
    expect(overhead({ nightly: part([3_000, 14_000, 15_000]), bare }, wallMs)).toBeCloseTo(0.25);
  });

  it('counts what a nightly does before and after its sessions', () => {
    const slowStart = { nightly: part([4_000, 14_000, 14_500]), bare };
    const slowEnd = { nightly: part([2_000, 12_000, 14_500]), bare };
    expect(overhead(slowStart, wallMs)).toBeCloseTo(0.2);
    expect(overhead(slowEnd, wallMs)).toBeCloseTo(0.2);
  });

  it('is no number where nobody knows the time of processors', () => {
    expect(overhead({ nightly: part([1, 2, 3]), bare }, cpuMs)).toBeNaN();
  });

  it('of several pairs is their median', () => {
    const pairs = [22_500, 13_500, 14_500].map((ended) => ({
      nightly: part([2_000, 12_000, ended]),
      bare,
    }));
    expect(medianOverhead(pairs, wallMs)).toBeCloseTo(0.2);
  });
});

describe('a mark', () => {
  it('never goes back', () => {
    const [before, after] = [mark(), mark()];
    expect(after.wallMs).toBeGreaterThanOrEqual(before.wallMs);
    expect(after.cpuMs ?? 0).toBeGreaterThanOrEqual(before.cpuMs ?? 0);
  });
});
