import type { Attack } from '../../attacks/index.js';
import type { ReferenceValues } from '../../farm/reference-values.js';
import type { VendorRoots } from '../../virtual-lab/secure-hardware/index.js';
import { phoneMaker } from './registered-phones.js';
import { requestDoors, type RequestDoorOptions } from './request-doors.js';
import { submissionDoors } from './submission-doors.js';
import type { Occasion, Target } from './target.js';
import type { DoorTrials } from './trial.js';

/** Where a backend takes evidence, and from which phone. */
export interface Door {
  readonly door: string;
  /** What attacks are made on there. */
  readonly applies: readonly Attack['applies'][];
  /** On what occasion a key is submitted; null where none is. */
  readonly occasion: Occasion | null;
  /** Why the target has no such door, or null where it has. */
  readonly missing: string | null;
  /** Makes it ready, with phones of its own; what an earlier opening registered may be replaced. */
  readonly open: () => Promise<DoorTrials>;
}

/** Every door that a target might have. */
export function doorsOf(
  target: Target,
  options: {
    readonly values: ReferenceValues;
    readonly vendors: VendorRoots;
    readonly counters: RequestDoorOptions['counters'];
    readonly readsStatusList: boolean;
  },
): readonly Door[] {
  const { values, vendors, counters, readsStatusList } = options;
  const phones = phoneMaker(target, { vendors, values });
  return [
    ...submissionDoors(target, { phones, values, readsStatusList }),
    ...requestDoors(target, { phones, counters }),
  ];
}
