import { z } from 'zod';
import { expectationSchema } from '../expectation/expectation.js';
import { claimValueSchema, observationSchema } from '../expectation/observation.js';
import { outcomeSchema } from '../expectation/outcome.js';

const name = z.string().min(1);
const time = z.iso.datetime();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const facts = z.record(z.string(), claimValueSchema).readonly();

/** A fact that the inventory's class states and the phone contradicts. */
const driftSchema = z
  .strictObject({ fact: name, declared: claimValueSchema, measured: claimValueSchema })
  .readonly();

/** The probe that was installed on a phone when its run began. */
export const installedProbeSchema = z
  .strictObject({
    /** Package name, or bundle id. */
    app: name,
    version: z.string().nullable(),
    build: z.string().nullable(),
    /** SHA-256 of each signing certificate; empty on iOS. */
    signerDigests: z.array(sha256).readonly(),
    teamId: z.string().nullable(),
    /** Android: the app that installed it; iOS: who signed it. Null where nobody says. */
    installer: z.string().nullable(),
    /** Whose word it is: the installed package, the phone's system, or only the probe itself. */
    statedBy: z.enum(['package', 'system', 'probe']),
  })
  .readonly();

/** The probe that was installed on a phone. */
export type InstalledProbe = z.infer<typeof installedProbeSchema>;

/** What ran the real code of a virtual phone's probe. */
export const probeRuntimeSchema = z
  .strictObject({
    flavour: z.literal('jvm'),
    /** Who did the probe's TLS, with version. */
    tlsProvider: name,
    /** Version of the Java that ran it. */
    java: name,
  })
  .readonly();

/** A phone as it was in one run. */
const phoneRecordSchema = z
  .strictObject({
    alias: name,
    udid: name,
    platform: z.enum(['android', 'ios']),
    virtual: z.boolean(),
    declaredClass: name,
    /** The class that the measured facts make it; null where none fits or the phone never answered. */
    class: name.nullable(),
    facts,
    drift: z.array(driftSchema).readonly(),
    /** Absent where the phone never answered, and in records of older releases. */
    probe: installedProbeSchema.exactOptional(),
    /** What ran the Kotlin probe of a virtual phone; absent where the probe was a model, or an app. */
    runtime: probeRuntimeSchema.exactOptional(),
  })
  .readonly();

/** One planned pair of scenario and phone. */
const jobSchema = z
  .strictObject({ scenarioId: name, floor: name, title: name, phoneAlias: name, class: name })
  .readonly();

/** A pair that was not planned, with the fact that says why. */
const unmatchedSchema = z
  .strictObject({
    ...{ scenarioId: name, phoneAlias: name, why: name },
    /** Whether the phone's model could have run it, and the probe that ran instead cannot. */
    unsupported: z.literal(true).exactOptional(),
  })
  .readonly();

/** The plan, written before the run; the journal is compared with it. */
export const planSchema = z
  .strictObject({
    jobs: z.array(jobSchema).readonly(),
    unmatched: z.array(unmatchedSchema).readonly(),
    /** Scenarios that no phone of the lab can run. */
    uncovered: z.array(name).readonly(),
  })
  .readonly();

/** The gate's word: the exit code and a sentence for each reason. */
export const gateSchema = z
  .strictObject({
    exit: z.literal([0, 1, 2, 3, 4, 5, 130]),
    reasons: z.array(z.string()).readonly(),
  })
  .readonly();

/** `run.json`: what ran, on what, judged by what. Null `finishedAt` and `gate`: still on, or cut off. */
export const runRecordSchema = z
  .strictObject({
    version: z.literal(1),
    id: name,
    startedAt: time,
    finishedAt: time.nullable(),
    product: z.strictObject({ name, version: name }).readonly(),
    lab: name,
    policyId: name,
    /** SHA-256, lower-case hex, of what decided the verdicts. */
    hashes: z
      .strictObject({
        policy: sha256,
        trust: sha256,
        verifier: sha256,
        lab: sha256,
        expectations: sha256,
      })
      .readonly(),
    /** Modelled latencies of virtual phones are multiplied by this. */
    timeScale: z.number().nonnegative(),
    phones: z.array(phoneRecordSchema).readonly(),
    plan: planSchema,
    /** What each scenario rests on, by its id: specifications, controls, weaknesses. */
    references: z.record(name, z.array(name).readonly()).readonly().exactOptional(),
    gate: gateSchema.nullable(),
  })
  .readonly();

/** `run.json`, read. */
export type RunRecord = z.infer<typeof runRecordSchema>;

/** A phone of `run.json`. */
export type PhoneRecord = z.infer<typeof phoneRecordSchema>;

const numbered = { seq: z.number().int().positive(), at: time };

/** One line of `journal.jsonl`. Lines are only ever appended; `seq` counts from 1 without gaps. */
export const journalLineSchema = z.discriminatedUnion('type', [
  z.strictObject({ ...numbered, type: z.literal('plan'), plan: planSchema }).readonly(),
  z
    .strictObject({
      ...numbered,
      type: z.literal('phone-ready'),
      phone: name,
      class: name.nullable(),
      facts,
      drift: z.array(driftSchema).readonly(),
      probe: installedProbeSchema.exactOptional(),
    })
    .readonly(),
  z
    .strictObject({
      ...numbered,
      type: z.literal('scenario-started'),
      phone: name,
      scenario: name,
    })
    .readonly(),
  z
    .strictObject({
      ...numbered,
      type: z.literal('observation'),
      phone: name,
      scenario: name,
      name,
      observation: observationSchema,
      /** What was expected; null where nothing was, absent in records of older releases. */
      expected: expectationSchema.nullable().exactOptional(),
      /** What the expectation makes of this observation alone. */
      outcome: outcomeSchema,
    })
    .readonly(),
  z
    .strictObject({
      ...numbered,
      /** The job's outcome: exactly one a planned job. */
      type: z.literal('outcome'),
      phone: name,
      scenario: name,
      ms: z.number().nonnegative(),
      outcome: outcomeSchema,
    })
    .readonly(),
  z
    .strictObject({
      ...numbered,
      type: z.literal('measurement'),
      phone: name,
      scenario: name.nullable(),
      operation: name,
      level: name.nullable(),
      ms: z.number().nonnegative(),
    })
    .readonly(),
  z
    .strictObject({
      ...numbered,
      /** An appraisal that can be replayed: `file` holds its whole input, `resultSha256` is its answer's. */
      type: z.literal('appraisal'),
      phone: name.nullable(),
      scenario: name.nullable(),
      subject: name.nullable(),
      purpose: name.nullable(),
      format: name,
      verdict: z.enum(['accepted', 'rejected', 'indeterminate']),
      /** Relative to the run folder. */
      file: name,
      /** Which bytes of `file` are the appraisal's; absent in older records, where all of them are. */
      part: z
        .strictObject({
          offset: z.number().int().nonnegative(),
          bytes: z.number().int().positive(),
        })
        .readonly()
        .exactOptional(),
      /** In older records alone: the evidence, as tools of its format read it. */
      rawFile: name.exactOptional(),
      /** The trust that it went by, relative to the run folder; absent where that is `trust.json`. */
      trustFile: name.exactOptional(),
      /** Of those bytes of `file`. */
      fileSha256: sha256,
      resultSha256: sha256,
    })
    .readonly(),
  z
    .strictObject({
      ...numbered,
      /** What a phone showed, or wrote into its log, when a scenario had not ended as expected. */
      type: z.literal('witness'),
      phone: name,
      scenario: name,
      kind: z.enum(['screenshot', 'device-log']),
      /** Relative to the run folder. */
      file: name,
      fileSha256: sha256,
    })
    .readonly(),
  z
    .strictObject({
      ...numbered,
      type: z.literal('error'),
      phone: name.nullable(),
      scenario: name.nullable(),
      code: name,
      message: z.string(),
    })
    .readonly(),
  z.strictObject({ ...numbered, type: z.literal('finished'), gate: gateSchema }).readonly(),
]);

/** One line of `journal.jsonl`, read. */
export type JournalLine = z.infer<typeof journalLineSchema>;

/** A line about one appraisal. */
export type AppraisalLine = Extract<JournalLine, { type: 'appraisal' }>;

/** A line before the journal gives it its number and time. */
export type JournalEntry = JournalLine extends infer Line
  ? Line extends JournalLine
    ? Omit<Line, 'seq' | 'at'>
    : never
  : never;

/** Names of the files in a run folder. */
export const RUN_FILES = {
  record: 'run.json',
  journal: 'journal.jsonl',
  evidence: 'evidence',
  junit: 'junit.xml',
  summary: 'summary.md',
  matrix: 'matrix.html',
  allureResults: 'allure-results',
  allurePage: 'allure-report/index.html',
  appiumLog: 'appium.log',
} as const;
