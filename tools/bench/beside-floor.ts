import type { TrustSet } from '../../harness/trust/index.js';
import {
  createSignatureMemo,
  createVerifier,
  type AppraisalInput,
  type Verifier,
} from '../../harness/verifier/index.js';
import { bareChecks, type Floor } from './floor.js';
import { figureLine, medians } from './medians.js';

/** Evidence whose appraisal, parsing included, is measured beside its floor, cold and warm. */
export async function besideFloor(evidence: {
  readonly title: string;
  readonly floor: Floor;
  readonly trust: TrustSet;
  /** Parses anew with each call. */
  readonly input: () => AppraisalInput;
}): Promise<readonly string[]> {
  const { title, floor, trust, input } = evidence;
  const cold = createVerifier({ trust });
  const warm = createVerifier({ trust, memo: createSignatureMemo() });
  const ms = await medians({
    coldFloor: bareChecks(floor.cold),
    cold: () => {
      mustAccept(cold, input());
    },
    warmFloor: bareChecks(floor.warm),
    warm: () => {
      mustAccept(warm, input());
    },
  });
  const times = (above: number, below: number): string => `x${(above / below).toFixed(2)}`;
  const { cold: all, warm: least } = floor;
  return [
    `${title}\n`,
    figureLine(`floor, ${all.length} signatures`, ms.coldFloor, ''),
    figureLine('appraisal', ms.cold, times(ms.cold, ms.coldFloor)),
    figureLine(`floor where authorities are known, ${least.length}`, ms.warmFloor, ''),
    figureLine('appraisal, authorities remembered', ms.warm, times(ms.warm, ms.warmFloor)),
  ];
}

/** Appraises; a figure for evidence that is turned away early would flatter. */
export function mustAccept(verifier: Verifier, input: AppraisalInput): void {
  const { verdict } = verifier.appraise(input);
  if (verdict !== 'accepted') throw new Error(`evidence of the benchmark is ${verdict}`);
}
