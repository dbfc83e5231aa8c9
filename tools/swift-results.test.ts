import { describe, expect, it } from 'vitest';
import { coveredLines, xctestTotals } from './swift-results.js';

describe('totals of XCTest', () => {
  it('are those of the last line, which is of all suites', () => {
    const log = [
      '\t Executed 2 tests, with 1 failure (0 unexpected) in 0.1 (0.1) seconds',
      '\t Executed 7 tests, with 3 failures (0 unexpected) in 0.2 (0.2) seconds',
    ].join('\n');
    expect(xctestTotals(log)).toEqual({ passed: 4, failed: 3 });
  });

  it('count no test twice, however often it fails', () => {
    expect(xctestTotals('Executed 1 test, with 5 failures (0 unexpected)')).toEqual({
      passed: 0,
      failed: 1,
    });
  });

  it('are none where nothing was built', () => {
    expect(xctestTotals('error: fatalError')).toEqual({ passed: 0, failed: 0 });
  });
});

describe('covered lines', () => {
  it('are those of the core, and of no test', () => {
    const file = (filename: string, count: number, covered: number) => ({
      filename,
      summary: { lines: { count, covered } },
    });
    const files = [
      file('/a/Sources/ProbeCore/DER.swift', 10, 9),
      file('/a/Sources/ProbeCore/Hex.swift', 5, 5),
      file('/a/Tests/ProbeCoreTests/PinTests.swift', 100, 1),
    ];
    expect(coveredLines(JSON.stringify({ data: [{ files }] }))).toEqual({ covered: 14, lines: 15 });
  });
});
