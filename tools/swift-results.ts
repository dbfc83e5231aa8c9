import { z } from 'zod';

/** Tests as XCTest counts them, of all suites together; none where it came to no test. */
export function xctestTotals(log: string): { readonly passed: number; readonly failed: number } {
  // The last of these lines is the one of all suites.
  const last = [
    ...log.matchAll(/Executed (\d+) tests?, with (?:\d+ tests? skipped and )?(\d+) failures?/g),
  ].at(-1);
  const [, executed = '0', failures = '0'] = last ?? [];
  // A test can fail more than once.
  const failed = Math.min(Number(failures), Number(executed));
  return { passed: Number(executed) - failed, failed };
}

const report = z.object({
  data: z.array(
    z.object({
      files: z.array(
        z.object({
          filename: z.string(),
          summary: z.object({ lines: z.object({ count: z.int(), covered: z.int() }) }),
        }),
      ),
    }),
  ),
});

/** Covered lines of the core, from the report that llvm-cov writes. */
export function coveredLines(json: string): { readonly covered: number; readonly lines: number } {
  const files = report
    .parse(JSON.parse(json))
    .data.flatMap((entry) => entry.files)
    .filter(({ filename }) => filename.includes('/Sources/'));
  const sum = (count: (lines: { count: number; covered: number }) => number): number =>
    files.reduce((total, { summary }) => total + count(summary.lines), 0);
  return { covered: sum((lines) => lines.covered), lines: sum((lines) => lines.count) };
}
