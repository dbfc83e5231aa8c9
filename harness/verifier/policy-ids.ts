/** The ids of the policies that there are. */
export const POLICY_IDS = ['baseline', 'strict', 'lab'] as const;

/** An id of the list. */
export type PolicyId = (typeof POLICY_IDS)[number];
