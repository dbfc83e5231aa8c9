import { CHECK_IDS, type CheckId } from '../../verifier/check-ids.js';
import { SERVICE_CODES, type RefusalCode, type ServiceCode } from '../refusal.js';

/** The part of a check's id before the slash. */
type Judged = CheckId extends `${infer Before}/${string}` ? Before : never;

/** What can stand against a request to a route, for its description. */
export interface PossibleRefusals {
  /** What is judged; each of its checks has a code. */
  readonly judged: readonly Judged[];
  /** Codes without a check, beside those that every route has. */
  readonly notJudged?: readonly ServiceCode[];
}

/** How a request may end before its route is reached. */
const EVERYWHERE: readonly ServiceCode[] = [
  ...(['malformed', 'request_timeout', 'authority_unknown'] as const),
  ...(['headers_too_large', 'internal'] as const),
];

/** The codes of the refusals that a route may answer, by their status, both in order. */
export function possibleRefusals({
  judged,
  notJudged = [],
}: PossibleRefusals): readonly (readonly [status: number, codes: readonly RefusalCode[]])[] {
  const codes = new Map<number, Set<RefusalCode>>();
  const add = (status: number, code: RefusalCode): void => {
    codes.set(status, (codes.get(status) ?? new Set()).add(code));
  };
  for (const code of [...EVERYWHERE, ...notJudged]) add(SERVICE_CODES[code], code);
  for (const [id, { refusal }] of Object.entries(CHECK_IDS)) {
    const subject = id.split('/', 1)[0];
    if (!judged.some((name) => name === subject)) continue;
    add(subject === 'client-certificate' ? 401 : 403, refusal);
  }
  const inOrder = [...codes].sort(([one], [other]) => one - other);
  return inOrder.map(([status, possible]) => [status, [...possible].sort()]);
}
