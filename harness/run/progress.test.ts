import { describe, expect, it } from 'vitest';
import type { Progress } from './conductor.js';
import { createProgressView } from './progress.js';

const at = (phone: string, floor: string | null, done: number): Progress => ({
  ...{ phone, floor, done, scenario: floor === null ? null : `${floor}/x` },
  ...{ planned: 2, unmet: 0 },
});

function view(isTTY: boolean) {
  const written: string[] = [];
  const screen = { isTTY, columns: 80, write: (text: string) => void written.push(text) };
  let nowMs = 0;
  const shown = createProgressView(screen, () => (nowMs += 500));
  return { shown, written };
}

describe('progress', () => {
  it('is plain lines where nobody watches a terminal, one for each floor and each end', () => {
    const { shown, written } = view(false);
    shown.show(at('pixel', 'attestation', 0));
    shown.show(at('pixel', 'attestation', 1));
    shown.show(at('pixel', 'signed-body', 1));
    shown.show(at('pixel', null, 2));
    expect(written).toHaveLength(3);
    expect(written.join('')).not.toContain('\u001b');
    expect(written[0]).toMatch(/^pixel +attestation +0\/2 +[\d.]+ s\n$/);
    expect(written[2]).toMatch(/^pixel +done +2\/2/);
  });

  it('rewrites one line a phone on a terminal', () => {
    const { shown, written } = view(true);
    shown.show(at('pixel', 'attestation', 0));
    shown.show(at('iphone', 'attestation', 0));
    shown.show(at('pixel', 'attestation', 1));
    expect(written.at(-1)?.startsWith('\u001b[2A')).toBe(true);
    expect(written.at(-1)?.match(/\n/g)).toHaveLength(2);
  });

  it('says how many outcomes are unexpected', () => {
    const { shown, written } = view(false);
    shown.show({ ...at('pixel', null, 2), unmet: 1 });
    expect(written[0]).toContain('1 unexpected');
  });
});
