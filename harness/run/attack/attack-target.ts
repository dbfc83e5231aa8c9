import { z } from 'zod';
import { HarnessError } from '../../errors.js';
import { ATTACKS } from '../../attacks/index.js';
import type { ReferenceValues } from '../../farm/reference-values.js';
import type { VendorRoots } from '../../virtual-lab/secure-hardware/index.js';
import { attacksOn } from './attacks-on.js';
import { doorsOf, type Door } from './doors.js';
import { Inexpressible } from './inexpressible.js';
import { brokenWire, inWords, type Answered, type Target } from './target.js';
import type { DoorTrials, Trial, Unsent } from './trial.js';

/** What a refusal tells of what stood behind it. */
export type Reason = 'its own' | 'another' | 'not told';

/** What became of a trial. */
export interface TrialResult extends Omit<Trial, 'run'> {
  readonly answer: Answered;
  /** Whether the target did as it must; null where it judged nothing. */
  readonly asItMust: boolean | null;
  /** Of a refused attack: whether what is meant to stop it did; null of everything else. */
  readonly reason: Reason | null;
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
  /** Whether it judges by the status list of these vendors, which one attack is about. */
  readonly readsStatusList: boolean;
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
  const { only, onResult, target } = options;
  const isWanted = ({ id }: { readonly id: string }) => only === null || id === only;
  const results: TrialResult[] = [];
  const unsent = UNSENDABLE.filter(isWanted);
  const tell = (result: TrialResult): void => {
    results.push(result);
    onResult(result);
  };
  const wanted: Door[] = [];
  for (const door of doorsOf(target, options)) {
    if (!attacksAt(door).some(isWanted)) continue;
    if (door.missing !== null) {
      unsent.push(...attacksAt(door).filter(isWanted).map(notThere(door.door, door.missing)));
      continue;
    }
    const { genuine, trials, unsent: left } = await learning(door.door, () => door.open());
    unsent.push(...left.filter(isWanted));
    if (!trials.some(isWanted)) continue;
    wanted.push(door);
    tell(await proven(door.door, genuine));
  }
  for (const { door, open } of wanted) {
    const opened = await openedAgain(door, open);
    if ('answer' in opened) {
      tell(opened);
      continue;
    }
    const { genuine, trials } = opened;
    for (const trial of trials.filter(isWanted)) {
      const result = await resultOf(trial);
      if ('answer' in result) tell(result);
      else unsent.push(result);
    }
    tell(stillOpen(await judged({ ...GENUINE, id: 'genuine/afterwards', door, run: genuine })));
  }
  return { results, unsent };
}

/** Every id that `only` can name. */
export const ATTACK_IDS: readonly string[] = ATTACKS.map(({ id }) => id);

const GENUINE = { id: 'genuine', must: 'be accepted', stoppedBy: [] } as const;

function attacksAt({ applies, occasion }: Door) {
  return ATTACKS.filter(
    (one) =>
      applies.includes(one.applies) &&
      (one.applies !== 'submission' || one.occasions.some((at) => at === occasion)),
  );
}

function notThere(door: string, reason: string) {
  return ({ id }: { readonly id: string }): Unsent => ({ id, door, reason });
}

async function proven(door: string, genuine: DoorTrials['genuine']): Promise<TrialResult> {
  const result = await judged({ ...GENUINE, door, run: genuine });
  if (result.asItMust === true) return result;
  throw nothingLearnt(door, inWords(result.answer), result.answer);
}

// Whoever shuts the door to everybody after so many attacks has not judged the last of them.
function stillOpen(result: TrialResult): TrialResult {
  const { answer } = result;
  if (answer.outcome !== 'refused') return result;
  const reason = `${answer.code ?? 'without a reason'}, though genuine: its refusals may tell nothing`;
  return { ...result, answer: { ...answer, outcome: 'failed', reason }, asItMust: null };
}

// With other phones, since what is genuine of other doors came between. From the first attack on nothing
// ends the report: a door that stays shut is one of its results.
async function openedAgain(
  door: string,
  open: () => Promise<DoorTrials>,
): Promise<DoorTrials | TrialResult> {
  try {
    return await open();
  } catch (error) {
    const reason = brokenWire(error);
    return {
      ...{ ...GENUINE, id: 'genuine/again', door, asItMust: null, reason: null },
      answer: { outcome: 'failed', status: null, reason },
    };
  }
}

async function learning<Value>(door: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Inexpressible) throw nothingLearnt(door, error.message, null);
    throw nothingLearnt(door, brokenWire(error), error instanceof Error ? error.cause : null);
  }
}

function nothingLearnt(door: string, why: string, answer: unknown): HarnessError {
  const isRefusal = z.object({ outcome: z.literal('refused') }).safeParse(answer).success;
  const lines = [
    'honest phones do not get through, so what the target refuses tells nothing',
    `  ${door}: ${why}`,
    ...(isRefusal ? [HINT] : []),
  ];
  return new HarnessError('ERR_RELYING_PARTY', lines.join('\n'));
}

const HINT =
  '  does it trust and expect what `attestlab attack --roots-to FOLDER` writes down for it?';

async function resultOf(trial: Trial): Promise<TrialResult | Unsent> {
  try {
    return await judged(trial);
  } catch (error) {
    if (!(error instanceof Inexpressible)) throw error;
    return { id: trial.id, door: trial.door, reason: error.message };
  }
}

async function judged({ run, ...trial }: Trial): Promise<TrialResult> {
  let answer: Answered;
  try {
    answer = await run();
  } catch (error) {
    if (error instanceof Inexpressible) throw error;
    answer = { outcome: 'failed', status: null, reason: brokenWire(error) };
  }
  const must = trial.must === 'be accepted' ? 'accepted' : 'refused';
  return {
    ...trial,
    answer,
    asItMust: answer.outcome === 'failed' ? null : answer.outcome === must,
    reason: must === 'refused' && answer.outcome === 'refused' ? reasonOf(trial, answer) : null,
  };
}

function reasonOf(
  { stoppedBy }: Pick<Trial, 'stoppedBy'>,
  { speaksOf }: Extract<Answered, { readonly outcome: 'refused' }>,
): Reason {
  if (speaksOf === null) return 'not told';
  return speaksOf.some((one) => stoppedBy.includes(one)) ? 'its own' : 'another';
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
