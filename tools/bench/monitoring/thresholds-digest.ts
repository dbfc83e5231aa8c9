import { createHash } from 'node:crypto';
import { SUSPICIONS, THRESHOLDS } from '../../../harness/relying-party/monitoring/index.js';

/** What decides whether a signal is raised, and whom it points at; reasons and units decide nothing. */
export function thresholdsDigest(): string {
  const deciding = Object.entries(THRESHOLDS).map(
    ([id, { minimumSamples, threshold, raisedWhen }]) => [
      ...[id, minimumSamples, threshold, raisedWhen],
      SUSPICIONS[id as keyof typeof THRESHOLDS],
    ],
  );
  return createHash('sha256').update(JSON.stringify(deciding)).digest('hex').slice(0, 16);
}
