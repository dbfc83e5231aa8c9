import { z } from 'zod';
import { checkIdSchema, claimValueSchema } from './observation.js';

// A list that is left out is the empty set, and every set is exact: what is not named must not be.
const exactCheckIds = z
  .array(checkIdSchema)
  .refine((ids) => new Set(ids).size === ids.length, 'names a check twice')
  .default([])
  .readonly();

// A floor that a hook is known to defeat: when it is defeated as written, that is its own word.
const bypass = { bypass: z.string().min(1).exactOptional() };

const ladderRung = z
  .strictObject({
    level: z.string().min(1),
    outcome: z.enum(['obtained', 'refused']),
    exception: z.string().min(1).exactOptional(),
    publicCode: z.number().int().exactOptional(),
    rawCode: z.number().int().exactOptional(),
  })
  .readonly();

/** What one named observation of a scenario must be, to the last check id. */
export const expectationSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('appraisal'),
      verdict: z.enum(['accepted', 'rejected', 'indeterminate']),
      failing: exactCheckIds,
      undetermined: exactCheckIds,
      notApplicable: exactCheckIds,
      /** Claims that must have these values; a dotted name reaches into a claim. */
      claims: z.record(z.string().min(1), claimValueSchema).default({}).readonly(),
      ...bypass,
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('response'),
      status: z.number().int().min(100).max(599),
      code: z.string().min(1).nullable().default(null),
      failing: exactCheckIds,
      undetermined: exactCheckIds,
      ...bypass,
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('ladder'),
      level: z.string().min(1).nullable(),
      /** Every rung in the order in which it must be tried; codes that are named must be equal. */
      attempts: z.array(ladderRung).min(1).readonly(),
      ...bypass,
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('wire'),
      outcome: z.enum(['answered', 'failed']),
      phase: z.enum(['resolve', 'connect', 'handshake', 'pin', 'application']),
      applicationBytesSent: z.enum(['none', 'some']),
      applicationBytesReceived: z.enum(['none', 'some']),
      ...bypass,
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('operation'),
      operation: z.string().min(1),
      outcome: z.enum(['done', 'refused']),
      code: z.string().min(1).nullable().default(null),
      ...bypass,
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('measurement'),
      operation: z.string().min(1),
      level: z.string().min(1).nullable(),
      budgetMs: z.number().positive(),
      ...bypass,
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('signals'),
      /** Signals that must be raised. */
      raised: z.array(z.string().min(1)).readonly(),
      /** Signals that must have been measured, and not be raised; the others are not looked at. */
      quiet: z.array(z.string().min(1)).readonly(),
      ...bypass,
    })
    .readonly(),
]);

/** What one named observation of a scenario must be. */
export type Expectation = z.infer<typeof expectationSchema>;

/** The expectation of one kind. */
export type ExpectationOf<Kind extends Expectation['kind']> = Extract<Expectation, { kind: Kind }>;

/** The expected observations of one scenario by their names; a scenario that expects nothing is none. */
export const scenarioExpectationsSchema = z
  .record(z.string().min(1), expectationSchema)
  .refine((named) => Object.keys(named).length > 0, 'a scenario must expect something')
  .readonly();

/** The expected observations of one scenario by their names. */
export type ScenarioExpectations = z.infer<typeof scenarioExpectationsSchema>;

/** The expectations of a file, in which null takes an inherited observation away. */
const statedExpectationsSchema = z
  .record(z.string().min(1), expectationSchema.nullable())
  .refine((named) => Object.keys(named).length > 0, 'a scenario must expect something')
  .readonly();

/** A file `fixtures/expectations/<class>.yaml`, or `shared/<name>.yaml` beside it. */
export const expectationFileSchema = z
  .strictObject({
    /** Files of `shared/` whose expectations hold here as well; a later one outdoes an earlier one. */
    extends: z
      .array(z.string().regex(/^[a-z0-9][a-z0-9-]*$/))
      .default([])
      .readonly(),
    scenarios: z.record(z.string().regex(/^[a-z0-9-]+\/[a-z0-9-]+$/), statedExpectationsSchema),
  })
  .readonly();

/** A file of expectations, read. */
export type ExpectationFile = z.infer<typeof expectationFileSchema>;
