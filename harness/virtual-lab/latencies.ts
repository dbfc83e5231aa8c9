import { z } from 'zod';
import type { KeyLevel } from './secure-hardware/index.js';

/** What takes time in secure hardware. */
export type Operation = 'generate' | 'attest' | 'sign';

const ms = z.number().nonnegative().max(60_000).exactOptional();
const ofLevel = z.strictObject({ generate: ms, attest: ms, sign: ms }).readonly();

/** Latencies that a specification states; the others are modelled. */
export const latenciesSchema = z
  .strictObject({
    strongbox: ofLevel.exactOptional(),
    tee: ofLevel.exactOptional(),
    'secure-enclave': ofLevel.exactOptional(),
    software: ofLevel.exactOptional(),
  })
  .readonly();

/** Latencies that a specification states. */
export type Latencies = z.infer<typeof latenciesSchema>;

// Orders of magnitude only: no vendor publishes figures. What matters is who is slower than whom.
const MODELLED: Readonly<Record<KeyLevel, Readonly<Record<Operation, number>>>> = {
  strongbox: { generate: 900, attest: 500, sign: 90 },
  tee: { generate: 60, attest: 90, sign: 15 },
  'secure-enclave': { generate: 110, attest: 800, sign: 25 },
  software: { generate: 3, attest: 10, sign: 1 },
};

/** How long an operation takes at a level, in ms, before scaling. */
export function latencyMs(stated: Latencies, level: KeyLevel, operation: Operation): number {
  return stated[level]?.[operation] ?? MODELLED[level][operation];
}
