import { HarnessError } from '../../errors.js';
import { ATTACKS } from '../../attacks/index.js';
import type { ReferenceValues } from '../../farm/reference-values.js';
import type { VendorRoots } from '../../virtual-lab/secure-hardware/index.js';
import { doorsOf, type OpenDoor } from './doors.js';
import { attacksOn } from './submission-trials.js';
import { brokenWire, inWords, type Answered, type Target } from './target.js';
import type { DoorTrials, Trial, Unsent } from './trial.js';

/** What became of a trial. */
export interface TrialResult extends Omit<Trial, 'run'> {
  readonly answer: Answered;
  /** Whether the target did as it must; null where it judged nothing. */
  readonly asItMust: boolean | null;
}

/** What attacks on a target showed. */
export interface AttackReport {
  readonly results: readonly TrialResult[];
  readonly unsent: readonly Unsent[];
}

/** Which backend is attacked, and with what. */
export interface AttackOptions {
  readonly target: Target;
  readonly values: ReferenceValues;
  /** Vendors whose roots the target trusts. */
  readonly vendors: VendorRoots;
  /** Whether it wants counters in order, which is what makes sending a late one an attack. */
  readonly counters: 'in-order' | 'in-any-order';
  /** The only attack to be sent; null for all. */
  readonly only: string | null;
  /** Is told each result as it comes. */
  readonly onResult: (result: TrialResult) => void;
}

/**
 * Sends the catalogue to a target. Before the first attack what is genuine has to be accepted at each
 * door, or nothing would be learnt from a refusal: that throws. After the last one of a door it has to
 * be so again, or the target had shut itself to everybody.
 */
export async function attackTarget(options: AttackOptions): Promise<AttackReport> {
  const isWanted = ({ id }: { readonly id: string }) =>
    options.only === null || id === options.only;
  const unsent: Unsent[] = UNSENDABLE.filter(isWanted);
  const wanted: OpenDoor[] = [];
  for (const open of await learning(() => doorsOf(options))) {
    const { trials, unsent: left } = await learning(open);
    unsent.push(...left.filter(isWanted));
    if (trials.some(isWanted)) wanted.push(open);
  }
  const results: TrialResult[] = [];
  const tell = (result: TrialResult): void => {
    results.push(result);
    options.onResult(result);
  };
  for (const open of wanted) tell(await proven(await learning(open)));
  for (const open of wanted) {
    // Opened again, since doors share phones: a signing key takes the place of the one before.
    const { door, genuine, trials } = await learning(open);
    for (const trial of trials.filter(isWanted)) tell(await resultOf(trial));
    tell(stillOpen(await resultOf({ ...GENUINE, id: 'genuine/afterwards', door, run: genuine })));
  }
  return { results, unsent };
}

/** Every id that `only` can name. */
export const ATTACK_IDS: readonly string[] = ATTACKS.map(({ id }) => id);

const GENUINE = { id: 'genuine', must: 'be accepted', codes: [] } as const;

async function proven({ door, genuine }: DoorTrials): Promise<TrialResult> {
  const result = await resultOf({ ...GENUINE, door, run: genuine });
  if (result.asItMust === true) return result;
  throw nothingLearnt(`${door}: ${inWords(result.answer)}`);
}

// Whoever shuts the door to everybody after so many attacks has not judged the last of them.
function stillOpen(result: TrialResult): TrialResult {
  const { answer } = result;
  if (answer.outcome !== 'refused') return result;
  const reason = `${answer.code ?? 'without a code'}, though genuine: its refusals may tell nothing`;
  return { ...result, answer: { ...answer, outcome: 'failed', reason }, asItMust: null };
}

async function learning<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw nothingLearnt(brokenWire(error));
  }
}

function nothingLearnt(why: string): HarnessError {
  const message = `nothing can be learnt, since what is genuine is not accepted: ${why}`;
  return new HarnessError('ERR_RELYING_PARTY', message);
}

async function resultOf({ run, ...trial }: Trial): Promise<TrialResult> {
  let answer: Answered;
  try {
    answer = await run();
  } catch (error) {
    answer = { outcome: 'failed', status: null, reason: brokenWire(error) };
  }
  const must = trial.must === 'be accepted' ? 'accepted' : 'refused';
  return {
    ...trial,
    answer,
    asItMust: answer.outcome === 'failed' ? null : answer.outcome === must,
  };
}

const UNSENDABLE: readonly Unsent[] = [
  ...attacksOn('app-attest-receipt').map(({ id }) => ({
    ...{ id, door: null },
    reason: 'no route takes a receipt by itself',
  })),
  ...attacksOn('play-integrity').map(({ id }) => ({
    ...{ id, door: null },
    reason: 'no verdicts of Play Integrity are minted here',
  })),
];
