import { z } from 'zod';

/** What a waiting test runner is told once everything that it needs stands. */
export const testRunnerOrderSchema = z
  .strictObject({
    /** Path of its configuration. */
    configuration: z.string(),
    /** Variables for it and for its workers. */
    env: z.record(z.string(), z.string()).readonly(),
  })
  .readonly();

/** What a waiting test runner is told. */
export type TestRunnerOrder = z.infer<typeof testRunnerOrderSchema>;
