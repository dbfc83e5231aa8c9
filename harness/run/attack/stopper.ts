import { SERVICE_CODES, type RefusalCode, type ServiceCode } from '../../relying-party/index.js';
import { CHECK_IDS, type CheckId } from '../../verifier/index.js';

/** What stops an attack: a check, or a rule of the service that no check stands behind. */
export type Stopper = CheckId | ServiceCode;

/** Everything that can stop an attack. */
export const STOPPERS: readonly Stopper[] = [
  ...(Object.keys(CHECK_IDS) as CheckId[]),
  ...(Object.keys(SERVICE_CODES) as ServiceCode[]),
];

/** The code with which attestlab's own interface refuses for it. */
export function codeOf(stopper: Stopper): RefusalCode {
  return isCheck(stopper) ? CHECK_IDS[stopper].refusal : stopper;
}

function isCheck(stopper: Stopper): stopper is CheckId {
  return Object.hasOwn(CHECK_IDS, stopper);
}
