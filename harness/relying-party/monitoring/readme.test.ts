import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SUSPICIONS, THRESHOLDS, type SignalId } from './index.js';

it('lists every signal as it is raised, and whom it points at', () => {
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
  const rows = readme
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, id, , raised, , pointsAt]) => [id, raised, pointsAt]);
  expect(rows).toEqual(
    Object.entries(THRESHOLDS).map(([id, { raisedWhen, threshold, unit }]) => [
      `\`${id}\``,
      `${raisedWhen} ${threshold} ${unit}`,
      SUSPICIONS[id as SignalId] ?? '-',
    ]),
  );
});
