import type { CheckId } from './check-ids.js';

/** What one policy demands of one format's checks; those in neither list are enforced. */
export interface FormatDemands {
  readonly required: readonly CheckId[];
  readonly reported: readonly CheckId[];
}
