import { describe, expect, it } from 'vitest';
import { HarnessError } from '../errors.js';
import { gate, type GateInput } from './gate.js';
import { inconclusive, notRun, type Outcome } from './outcome.js';

const job = { scenarioId: 'attestation/issuance', phoneAlias: 'pixel' };
const met: Outcome = { outcome: 'met' };
const unmet: Outcome = {
  outcome: 'unmet',
  kind: 'falseAccept',
  differences: [{ path: 'verdict', check: null, expected: 'rejected', actual: 'accepted' }],
};
const lost = inconclusive(new HarnessError('ERR_DEVICE_LOST', 'no answer'));

function exitOf(changes: Partial<GateInput>): number {
  return decide(changes).exit;
}

function decide(changes: Partial<GateInput>): ReturnType<typeof gate> {
  return gate({
    planned: [job],
    uncovered: [],
    outcomes: [{ ...job, outcome: met }],
    errors: [],
    badWaivers: [],
    cancelled: false,
    ...changes,
  });
}

function withOutcome(outcome: Outcome): Partial<GateInput> {
  return { outcomes: [{ ...job, outcome }] };
}

describe('gate', () => {
  it('passes where every planned job met its expectation', () => {
    expect(decide({})).toEqual({ exit: 0, reasons: [] });
  });

  it('passes a floor that was bypassed as expected', () => {
    expect(exitOf(withOutcome({ outcome: 'bypassed-as-expected', reason: 'a hook' }))).toBe(0);
  });

  it('exits 1 for an unexpected verdict and names kind, scenario, phone and place', () => {
    expect(decide(withOutcome(unmet))).toEqual({
      exit: 1,
      reasons: ['falseAccept: attestation/issuance on pixel: verdict'],
    });
  });

  it('exits 4 for an inconclusive job and for an error outside any job', () => {
    const error = new HarnessError('ERR_APPIUM_UNAVAILABLE', 'no server');
    expect([exitOf(withOutcome(lost)), exitOf({ errors: [error] })]).toEqual([4, 4]);
  });

  it('exits 3 for zero scenarios, which is never a success', () => {
    expect(exitOf({ planned: [], outcomes: [] })).toBe(3);
  });

  it('exits 3 for a planned job that left no outcome', () => {
    expect(decide({ outcomes: [] })).toEqual({
      exit: 3,
      reasons: ['no outcome: attestation/issuance on pixel'],
    });
  });

  it('does not take the outcome of one phone for that of another', () => {
    const other = { ...job, phoneAlias: 'iphone' };
    expect(exitOf({ outcomes: [{ ...other, outcome: met }] })).toBe(3);
  });

  it('exits 3 for a job that did not run and for a scenario that no phone can run', () => {
    expect([exitOf(withOutcome(notRun('skipped'))), exitOf({ uncovered: ['x/y'] })]).toEqual([
      3, 3,
    ]);
  });

  it('exits 5 for a bad waiver', () => {
    expect(exitOf({ badWaivers: ['W-1 expired'] })).toBe(5);
  });

  it('exits 2 for a broken configuration and for broken code never 0', () => {
    expect(exitOf({ errors: [new HarnessError('ERR_FILE_INVALID', 'x')] })).toBe(2);
    expect(exitOf({ errors: [new TypeError('x')] })).toBe(4);
  });

  it('where several hold, answers 2, 130, 1, 5, 3, 4 in that order, and keeps every reason', () => {
    const layers: readonly Partial<GateInput>[] = [
      { errors: [new HarnessError('ERR_FILE_INVALID', 'bad file')] },
      { cancelled: true },
      withOutcome(unmet),
      { badWaivers: ['W-1 expired'] },
      { uncovered: ['x/y'] },
      { errors: [new HarnessError('ERR_DEVICE_LOST', 'gone')] },
    ];
    const exits = layers.map((_, index) => {
      const rest = layers.slice(index);
      return exitOf({
        ...Object.assign({}, ...rest),
        errors: rest.flatMap((layer) => layer.errors ?? []),
      } as Partial<GateInput>);
    });
    expect(exits).toEqual([2, 130, 1, 5, 3, 4]);
  });

  it('lists the decisive reasons first', () => {
    const { reasons } = decide({ ...withOutcome(unmet), uncovered: ['x/y'] });
    expect(reasons).toEqual([expect.stringContaining('falseAccept'), 'no phone can run x/y']);
  });
});
