import { describe, expect, it } from 'vitest';
import { floorDay, patchLevelDay, reachesFloor } from './patch-level.js';

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);

describe('a patch level', () => {
  it.each([
    [202_601n, '2026-01-01'],
    [20_260_105n, '2026-01-05'],
    [20_240_229n, '2024-02-29'],
  ])('of %s is a day', (level, text) => {
    expect(patchLevelDay(level)).toBe(day(text));
  });

  it.each([
    0n,
    2026n,
    202_600n,
    202_613n,
    20_260_431n,
    20_250_229n,
    20_260_100n,
    -202_601n,
    2n ** 64n,
  ])('of %s is none', (level) => {
    expect(patchLevelDay(level)).toBeNull();
  });
});

describe('a floor', () => {
  it.each(['2026-01', '2026-01-31'])('of %s is a day', (text) => {
    expect(floorDay(text)).not.toBeNull();
  });

  it.each(['2026', '2026-1', '2026-13', '2026-02-30', '202601', ''])('of "%s" is none', (text) => {
    expect(floorDay(text)).toBeNull();
    const floor = { notBefore: text };
    expect(reachesFloor(day('2099-01-01'), { floor, now: new Date(0) })).toBe(false);
  });

  it('of an age is reached to the last moment of its last day', () => {
    const floor = { maxAgeDays: 30 };
    const reaches = (now: string) => reachesFloor(day('2026-01-01'), { floor, now: new Date(now) });
    expect(reaches('2026-01-31T23:59:59.999Z')).toBe(true);
    expect(reaches('2026-02-01T00:00:00Z')).toBe(false);
  });
});
