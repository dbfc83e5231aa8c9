/** Outcomes of the planned jobs of the one run in a reports folder. */
export function countRun(reports: string): { passed: number; failed: number };
