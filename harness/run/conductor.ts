import { concludeJob, judge, unexpectedObservation } from '../expectation/judge.js';
import type { ScenarioExpectations } from '../expectation/expectation.js';
import type { Observation } from '../expectation/observation.js';
import { inconclusive, notRun, type Outcome, type OutcomeWord } from '../expectation/outcome.js';
import { HarnessError } from '../errors.js';
import type { JournalEntry, PhoneRecord, RunRecord } from '../report/record.js';

/** What a phone said of itself when its probe first answered, and what that makes of its class. */
export type Readiness = Pick<PhoneRecord, 'class' | 'facts' | 'drift' | 'probe'>;

/** A planned pair of scenario and phone. */
export type Job = RunRecord['plan']['jobs'][number];

/** A job and what became of it. */
export interface JobOutcome {
  readonly job: Job;
  readonly outcome: Outcome;
  readonly ms: number;
}

/** What happened to a phone, for whoever shows the run while it goes on. */
export interface Progress {
  readonly phone: string;
  readonly floor: string | null;
  readonly scenario: string | null;
  readonly done: number;
  readonly planned: number;
  readonly unmet: number;
}

/** What a conductor works with. */
export interface ConductorParts {
  readonly plan: RunRecord['plan'];
  readonly expectationsFor: (className: string, scenario: string) => ScenarioExpectations | null;
  /** Journals; throws where that fails, and then the step does not count. */
  readonly append: (entry: JournalEntry) => void;
  /** Journals what cannot be taken back, at the latest when the run ends. */
  readonly keep: (entry: JournalEntry) => void;
  readonly nowMs: () => number;
  readonly onProgress: (progress: Progress) => void;
}

interface ActiveScenario {
  readonly job: Job;
  readonly startedMs: number;
  readonly outcomes: Map<string, Outcome>;
}

interface PhoneState {
  /** What the plan has for the phone, in its order. */
  readonly jobs: readonly Job[];
  readiness: Readiness | null;
  active: ActiveScenario | null;
  lost: Outcome | null;
}

/**
 * Keeps the run's account: which planned job has started, what was observed, what became of it.
 * Every step is journalled before it counts, and what was never reported is itself an outcome.
 */
export class Conductor {
  readonly #parts: ConductorParts;
  readonly #phones = new Map<string, PhoneState>();
  readonly #finished = new Map<Job, JobOutcome>();
  /** Jobs of which something could not be recorded: whatever was seen, there is no verdict. */
  readonly #unrecorded = new Map<Job, Outcome>();

  constructor(parts: ConductorParts) {
    this.#parts = parts;
    for (const { phoneAlias } of parts.plan.jobs) {
      if (this.#phones.has(phoneAlias)) continue;
      const jobs = parts.plan.jobs.filter((job) => job.phoneAlias === phoneAlias);
      this.#phones.set(phoneAlias, { jobs, readiness: null, active: null, lost: null });
    }
    parts.append({ type: 'plan', plan: parts.plan });
  }

  /** The scenario that a phone is running now; an appraisal for the phone belongs to it. */
  activeScenario(phone: string): string | null {
    return this.#phones.get(phone)?.active?.job.scenarioId ?? null;
  }

  /** The facts that a phone reported, or null where it never answered. */
  readiness(phone: string): Readiness | null {
    return this.#phones.get(phone)?.readiness ?? null;
  }

  /** Takes a phone's facts; says whether the story that it is telling can be judged by them. */
  phoneReady(phone: string, readiness: Readiness): boolean {
    this.#parts.append({ type: 'phone-ready', phone, ...readiness });
    const state = this.#phone(phone);
    state.readiness = readiness;
    this.#report(phone);
    return state.active === null
      ? readiness.class !== null
      : this.#unjudgeable(state.active.job, readiness) === null;
  }

  /** The phone cannot go on: its jobs without an outcome are inconclusive, never refusals. */
  phoneLost(phone: string, error: { readonly code: string; readonly message: string }): void {
    const { code, message } = error;
    const scenario = this.activeScenario(phone);
    this.#parts.keep({ type: 'error', phone, scenario, code, message });
    this.#phone(phone).lost ??= { outcome: 'inconclusive', error: { code, message } };
  }

  /** Something of the scenario that a phone is running could not be recorded: it has no verdict. */
  unrecorded(phone: string, error: { readonly code: string; readonly message: string }): void {
    const { code, message } = error;
    const job = this.#phones.get(phone)?.active?.job;
    if (job !== undefined) this.#spoil(job, { outcome: 'inconclusive', error: { code, message } });
    const scenario = job?.scenarioId ?? null;
    this.#parts.keep({ type: 'error', phone, scenario, code, message });
  }

  /**
   * Whether this phone is to run this scenario: the plan has it, and the phone turned out to be one
   * of which something is expected there.
   */
  scenarioStarted(phone: string, scenario: string): boolean {
    const job = this.#job(phone, scenario);
    if (job === undefined) return false;
    const state = this.#phone(phone);
    if (state.active !== null || this.#finished.has(job)) {
      throw new HarnessError('ERR_USAGE', `${scenario} was started twice on ${phone}`);
    }
    this.#append(job, { type: 'scenario-started', phone, scenario });
    const startedMs = this.#parts.nowMs();
    const unjudgeable = state.readiness === null ? null : this.#unjudgeable(job, state.readiness);
    if (unjudgeable === null) state.active = { job, startedMs, outcomes: new Map() };
    else this.#settle(job, unjudgeable, 0);
    this.#report(phone);
    return unjudgeable === null;
  }

  observed(phone: string, name: string, observation: Observation): Outcome {
    const active = this.#active(phone);
    if (active.outcomes.has(name)) {
      throw new HarnessError('ERR_USAGE', `${active.job.scenarioId} observed ${name} twice`);
    }
    const expected = this.#expectations(active.job);
    if (expected === null) {
      throw new HarnessError('ERR_USAGE', `${phone}: nothing is expected of it; see its facts`);
    }
    const expectation = Object.hasOwn(expected, name) ? expected[name] : undefined;
    const outcome =
      expectation === undefined
        ? unexpectedObservation(observation, Object.keys(expected))
        : judge(observation, expectation);
    const scenario = active.job.scenarioId;
    this.#append(active.job, {
      type: 'observation',
      phone,
      scenario,
      name,
      observation,
      expected: expectation ?? null,
      outcome,
    });
    active.outcomes.set(name, outcome);
    return outcome;
  }

  measured(
    phone: string,
    measurement: { operation: string; level: string | null; ms: number },
  ): void {
    const job = this.#phone(phone).active?.job;
    const scenario = job?.scenarioId ?? null;
    const entry = { type: 'measurement', phone, scenario, ...measurement } as const;
    // Nothing is judged between scenarios; a phone can be given back all the same.
    if (job === undefined) this.#parts.keep(entry);
    else this.#append(job, entry);
  }

  /** Ends the phone's scenario; `error` says what kept it from being told to its end. */
  scenarioFinished(phone: string, error: { code: string; message: string } | null): Outcome {
    const active = this.#active(phone);
    const state = this.#phone(phone);
    const observed = [...active.outcomes].map(([name, outcome]) => ({ name, outcome }));
    const broken = error === null ? null : ({ outcome: 'inconclusive', error } as const);
    const expected = this.#expectations(active.job);
    const seen =
      expected === null
        ? this.#unexpected(active.job, state, broken)
        : concludeJob(expected, observed, broken);
    state.active = null;
    const took = this.#parts.nowMs() - active.startedMs;
    const { outcome } = this.#settle(active.job, this.#unrecorded.get(active.job) ?? seen, took);
    this.#report(phone);
    return outcome;
  }

  /** Gives every planned job that never reported its outcome, and returns them all in plan order. */
  settleAll(whyOpen: Outcome | null): readonly JobOutcome[] {
    return this.#parts.plan.jobs.map((job) => {
      const finished = this.#finished.get(job);
      if (finished !== undefined) return finished;
      const state = this.#phone(job.phoneAlias);
      const startedMs = state.active?.job === job ? state.active.startedMs : null;
      const ms = startedMs === null ? 0 : this.#parts.nowMs() - startedMs;
      const unrecorded = this.#unrecorded.get(job);
      const why = whyOpen ?? unrecorded ?? state.lost ?? this.#whyOpen(state, job);
      return this.#settle(job, why, ms);
    });
  }

  #settle(job: Job, concluded: Outcome, ms: number): JobOutcome {
    const entry = outcomeEntry(job, concluded, ms);
    let outcome = concluded;
    try {
      this.#append(job, entry);
    } catch (error) {
      outcome = inconclusive(error);
      this.#parts.keep(outcomeEntry(job, outcome, ms));
    }
    const settled = { job, outcome, ms };
    this.#finished.set(job, settled);
    return settled;
  }

  #append(job: Job, entry: JournalEntry): void {
    try {
      this.#parts.append(entry);
    } catch (error) {
      this.#spoil(job, inconclusive(error));
      throw error;
    }
  }

  // The first cause is the one to tell.
  #spoil(job: Job, why: Outcome): void {
    if (!this.#unrecorded.has(job)) this.#unrecorded.set(job, why);
  }

  // Facts that were measured beat the class that the inventory declares: only they are judged by.
  #expectations({ phoneAlias, scenarioId }: Job): ScenarioExpectations | null {
    const className = this.#phone(phoneAlias).readiness?.class ?? null;
    return className === null ? null : this.#parts.expectationsFor(className, scenarioId);
  }

  // The story was begun before the phone had said what it is; where it never did, `broken` says why.
  #unexpected(job: Job, { readiness }: PhoneState, broken: Outcome | null): Outcome {
    const unjudgeable = readiness === null ? null : this.#unjudgeable(job, readiness);
    return unjudgeable ?? broken ?? notRun('the phone was never asked for its facts');
  }

  /** Why a phone that answered cannot be judged in a scenario; null where it can. */
  #unjudgeable(job: Job, { class: className, drift }: Readiness): Outcome | null {
    if (className === null) {
      const facts = drift.map(
        ({ fact, declared, measured }) =>
          `${fact} ${JSON.stringify(measured)}, not ${JSON.stringify(declared)}`,
      );
      return notRun(`fits no class (declared ${job.class}: ${facts.join('; ')})`);
    }
    if (this.#parts.expectationsFor(className, job.scenarioId) !== null) return null;
    return notRun(`class ${className}, as measured, has no expectation for it`);
  }

  // A phone that never answered, or was lost in the middle of a story, says nothing about verdicts;
  // a phone that answered and yet skipped a job means that the job silently did not run.
  #whyOpen({ readiness, active }: PhoneState, job: Job): Outcome {
    if (readiness === null) {
      return lost(
        `${job.phoneAlias} never answered; see appium.log and wdio.log in the run folder`,
      );
    }
    const unjudgeable = this.#unjudgeable(job, readiness);
    if (unjudgeable !== null) return unjudgeable;
    return active?.job === job
      ? lost(`the session of ${job.phoneAlias} ended in the middle of the scenario`)
      : notRun('the plan has it, and nothing ran it');
  }

  #job(phone: string, scenario: string): Job | undefined {
    return this.#phones.get(phone)?.jobs.find((job) => job.scenarioId === scenario);
  }

  #active(phone: string): ActiveScenario {
    const { active } = this.#phone(phone);
    if (active === null) throw new HarnessError('ERR_USAGE', `no scenario is on at ${phone}`);
    return active;
  }

  #phone(phone: string): PhoneState {
    const state = this.#phones.get(phone);
    if (state === undefined) throw new HarnessError('ERR_USAGE', `the plan has no phone ${phone}`);
    return state;
  }

  #report(phone: string): void {
    const { active: running, jobs } = this.#phone(phone);
    const active = running?.job;
    const settled = jobs.flatMap((job) => this.#finished.get(job) ?? []);
    this.#parts.onProgress({
      phone,
      floor: active?.floor ?? null,
      scenario: active?.scenarioId ?? null,
      done: settled.length,
      planned: jobs.length,
      unmet: settled.filter(({ outcome }) => !AS_EXPECTED.has(outcome.outcome)).length,
    });
  }
}

function outcomeEntry(job: Job, outcome: Outcome, ms: number): JournalEntry {
  const { phoneAlias: phone, scenarioId: scenario } = job;
  return { type: 'outcome', phone, scenario, ms: Math.round(ms), outcome };
}

const AS_EXPECTED: ReadonlySet<OutcomeWord> = new Set(['met', 'bypassed-as-expected']);

function lost(message: string): Outcome {
  return inconclusive(new HarnessError('ERR_DEVICE_LOST', message));
}
