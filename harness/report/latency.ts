import type { Measurement } from './read-run.js';

/** Latency of one operation on one security level. */
export interface LatencyRow {
  readonly operation: string;
  readonly level: string;
  /** Modelled, not measured on hardware. */
  readonly virtual: boolean;
  readonly count: number;
  readonly medianMs: number;
  readonly worstMs: number;
}

/** Groups measurements by operation and level; virtual phones are never averaged with real ones. */
export function latencyRows(measurements: readonly Measurement[]): readonly LatencyRow[] {
  const groups = new Map<string, Measurement[]>();
  for (const measurement of measurements) {
    const { operation, level, phone } = measurement;
    const key = JSON.stringify([operation, level ?? '-', phone.virtual]);
    groups.set(key, [...(groups.get(key) ?? []), measurement]);
  }
  return [...groups.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([, group]) => {
      const [first] = group;
      return first === undefined ? [] : [row(first, group)];
    });
}

function row(first: Measurement, group: readonly Measurement[]): LatencyRow {
  const sorted = group.map(({ ms }) => ms).sort((left, right) => left - right);
  const middle = sorted.length / 2;
  // Of an even count, the mean of the two in the middle.
  const low = sorted[Math.ceil(middle) - 1] ?? 0;
  const high = sorted[Math.floor(middle)] ?? 0;
  return {
    operation: first.operation,
    level: first.level ?? '-',
    virtual: first.phone.virtual,
    count: group.length,
    medianMs: (low + high) / 2,
    worstMs: sorted.at(-1) ?? 0,
  };
}

/** Milliseconds for people: three digits that matter. */
export function showMs(ms: number): string {
  return ms >= 100 ? ms.toFixed(0) : ms.toFixed(1);
}

/** A span for people, from a tenth of a millisecond to the days that a certificate lives. */
export function showDuration(ms: number): string {
  if (ms >= 7_200_000) return `${(ms / 3_600_000).toFixed(1)} h`;
  if (ms >= 120_000) return `${(ms / 60_000).toFixed(1)} min`;
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${showMs(ms)} ms`;
}
