import { classResults, classOf, type ClassResult } from '../class-results.js';
import { floorsOf, type Floor } from '../floors.js';
import type { ReportedRun } from '../read-run.js';
import type { PhoneRecord } from '../record.js';
import { STATES, gravest, stateOf, type State } from '../state.js';

/** The states in which nobody has to do anything. */
const QUIET: readonly State[] = ['met', 'refused', 'bypassed', 'not-applicable'];

/** One class on one floor. */
export interface MatrixCell {
  readonly floor: Floor;
  readonly results: readonly ClassResult[];
  /** The gravest of its scenarios; null where the floor has none for this class. */
  readonly state: State | null;
  readonly isQuiet: boolean;
  /** How many scenarios came to each state, the gravest first. */
  readonly counts: readonly (readonly [State, number])[];
}

/** One class of phones. */
export interface MatrixRow {
  readonly className: string;
  readonly phones: readonly PhoneRecord[];
  readonly cells: readonly MatrixCell[];
}

/** Classes by floors. */
export interface Matrix {
  readonly floors: readonly Floor[];
  readonly rows: readonly MatrixRow[];
}

/** The matrix of a run; floors without a scenario in the plan are left out. */
export function matrixOf(run: ReportedRun): Matrix {
  const results = classResults(run);
  const floors = floorsOf(results.map(({ floor }) => floor));
  const classes = [...new Set(results.map(({ className }) => className))];
  return {
    floors,
    rows: classes.map((className) => ({
      className,
      phones: run.record.phones.filter((phone) => classOf(phone) === className),
      cells: floors.map((floor) =>
        cellOf(
          floor,
          results.filter((one) => one.className === className && one.floor === floor.id),
        ),
      ),
    })),
  };
}

/** The state of a scenario on a class: its worst unit's. */
export function resultState({ units }: ClassResult): State {
  return gravest(units.map(stateOf)) ?? 'not-applicable';
}

/** Whether a state asks nothing of anybody. */
export function isQuiet(state: State): boolean {
  return QUIET.includes(state);
}

function cellOf(floor: Floor, results: readonly ClassResult[]): MatrixCell {
  const states = results.map(resultState);
  const counts = STATES.flatMap((state): readonly (readonly [State, number])[] => {
    const count = states.filter((one) => one === state).length;
    return count === 0 ? [] : [[state, count]];
  });
  const state = gravest(states);
  return { floor, results, state, isQuiet: state !== null && isQuiet(state), counts };
}
