import { createHash } from 'node:crypto';
import {
  SUSPICIONS,
  THRESHOLDS,
  type SignalId,
} from '../../../harness/relying-party/monitoring/index.js';

/** Of which synthetic traffic has nothing: what is never measured there cannot have been evaluated. */
export const NOT_EVALUATED: readonly SignalId[] = ['device-keys'];

/** What decides whether a signal is raised, and whom it points at; reasons and units decide nothing. */
export function thresholdsDigest(): string {
  const evaluated = Object.entries(THRESHOLDS).filter(
    ([id]) => !NOT_EVALUATED.some((other) => other === id),
  );
  const deciding = evaluated.map(([id, { minimumSamples, threshold, raisedWhen }]) => [
    ...[id, minimumSamples, threshold, raisedWhen],
    SUSPICIONS[id as keyof typeof THRESHOLDS],
  ]);
  return createHash('sha256').update(JSON.stringify(deciding)).digest('hex').slice(0, 16);
}
