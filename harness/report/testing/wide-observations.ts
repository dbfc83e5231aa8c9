import type { Expectation } from '../../expectation/expectation.js';
import type { Observation, ObservationOf } from '../../expectation/observation.js';
import { CHECK_IDS, type CheckId } from '../../verifier/check-ids.js';
import type { PhoneRecord } from '../record.js';

/** An observation as a journal names it. */
export interface Seen {
  readonly name: string;
  readonly observation: Observation;
  readonly expected: Expectation | null;
}

type Signal = ObservationOf<'signals'>['signals'][number];

/** Operations of a cost scenario: what each takes, and what it may take at the median and the worst. */
const COSTS = [
  ['key.generate', true, 150, 500, 1500],
  ['key.csr', true, 16, 120, 400],
  ['key.sign', true, 15, 120, 400],
  ['request.sign', true, 17, 120, 400],
  ['request.send', false, 9, null, null],
  ['certificate.install', false, 2, null, null],
] as const;

const OF_APP_ATTEST = [
  ['appattest.generate', false, 110, 400, 900],
  ['appattest.attest', false, 800, 900, 2500],
  ['appattest.assert', false, 25, 120, 400],
] as const;

/** One measured operation of a wide run. */
export interface WideCost {
  readonly operation: string;
  readonly level: string | null;
  readonly ms: number;
  readonly medianBudgetMs: number | null;
  readonly worstBudgetMs: number | null;
}

/** What operations cost on a phone; each phone is a little slower than the one before it. */
export function wideCosts({ alias, platform }: PhoneRecord): readonly WideCost[] {
  const slowness = 1 + Number(alias.at(-1)) / 20;
  const ownLevel = platform === 'ios' ? 'secure-enclave' : 'tee';
  return [...COSTS, ...(platform === 'ios' ? OF_APP_ATTEST : [])].map(
    ([operation, hasLevel, ms, medianBudgetMs, worstBudgetMs]) => ({
      ...{ operation, medianBudgetMs, worstBudgetMs },
      ...{ level: hasLevel ? ownLevel : null, ms: ms * slowness },
    }),
  );
}

/** What a story of a floor sees besides its answer: as much as real runs hold. */
export function wideObservations(floor: string, phone: PhoneRecord): readonly Seen[] {
  switch (floor) {
    case 'hardware-keys':
      return [ladder(phone), appraisal(phone)];
    case 'mutual-tls':
    case 'attestation':
    case 'signed-body':
      return [appraisal(phone)];
    case 'pinning':
      return [wire()];
    case 'hooking':
      return [operation()];
    case 'monitoring':
      return [watched()];
    case 'cost':
      return wideCosts(phone).flatMap(budgeted);
    default:
      return [];
  }
}

function watched(): Seen {
  const measured: Omit<Signal, 'id' | 'value' | 'raised' | 'explanation'> = {
    ...{ status: 'measured', unit: 'share of counters', threshold: 0.2, raisedWhen: 'above' },
    ...{ samples: 14, minimumSamples: 10 },
  };
  return {
    name: 'signals',
    observation: {
      kind: 'signals',
      signals: [
        {
          ...{ ...measured, id: 'counter-gap', value: 0.5, raised: true },
          explanation:
            '13 of 27 counters between the first and the last never arrived; raised, since above 0.2 share of counters counts: one in five was signed and held back',
        },
        {
          ...{ ...measured, id: 'addresses', value: 1, raised: false },
          explanation: 'requests of the key came from 1 addresses within one hour; not raised',
        },
      ],
    },
    expected: { kind: 'signals', raised: ['counter-gap'], quiet: ['addresses'] },
  };
}

function budgeted({ medianBudgetMs, worstBudgetMs, ...cost }: WideCost): readonly Seen[] {
  const { operation, level, ms } = cost;
  const of = (word: string, factor: number, budgetMs: number | null): readonly Seen[] =>
    budgetMs === null
      ? []
      : [
          {
            name: `${operation.replaceAll('.', '-')}-${word}`,
            observation: { kind: 'measurement', operation, level, ms: ms * factor },
            expected: { kind: 'measurement', operation, level, budgetMs },
          },
        ];
  return [...of('median', 1, medianBudgetMs), ...of('worst', 1.5, worstBudgetMs)];
}

function appraisal({ platform }: PhoneRecord): Seen {
  const format = platform === 'ios' ? 'app-attest-attestation' : 'android-key';
  const prefix = platform === 'ios' ? 'app-attest/' : 'android-key/';
  const ids = (Object.keys(CHECK_IDS) as CheckId[]).filter((id) => id.startsWith(prefix));
  return {
    name: 'evidence',
    observation: {
      kind: 'appraisal',
      result: {
        ...{ format, verdict: 'accepted', policyId: 'lab', verifierVersion: '0.1.0' },
        now: '2026-11-23T22:00:00.000Z',
        checks: ids.map((id) => ({ id, status: 'passed' })),
        claims: {
          ...{ keyProtection: platform === 'ios' ? 'vouched' : 'attested', chainLength: 4 },
          ...{ anchor: 'virtual lab', provisioning: 'factory', osVersion: 160000 },
          ...Object.fromEntries(
            Array.from({ length: 28 }, (_, index) => [`claim${index}`, 'ab'.repeat(24)]),
          ),
        },
      },
    },
    expected: {
      ...{ kind: 'appraisal', verdict: 'accepted', failing: [] },
      ...{ undetermined: [], notApplicable: [], claims: {} },
    },
  };
}

function ladder({ platform }: PhoneRecord): Seen {
  const level = platform === 'ios' ? 'secure-enclave' : 'tee';
  const refused = { level: 'strongbox', outcome: 'refused', publicCode: 12, rawCode: -68 } as const;
  const obtained = { level, outcome: 'obtained' } as const;
  return {
    name: 'ladder',
    observation: {
      ...{ kind: 'ladder', level },
      attempts: [
        { ...refused, ms: 0.2 },
        { ...obtained, ms: 153 },
      ],
    },
    expected: { kind: 'ladder', level, attempts: [refused, obtained] },
  };
}

function wire(): Seen {
  const reached = { outcome: 'answered', phase: 'application' } as const;
  return {
    name: 'wire',
    observation: {
      ...{ kind: 'wire', ...reached },
      ...{ applicationBytesSent: 191, applicationBytesReceived: 255 },
    },
    expected: {
      ...{ kind: 'wire', ...reached },
      ...{ applicationBytesSent: 'some', applicationBytesReceived: 'some' },
    },
  };
}

function operation(): Seen {
  const done = { operation: 'hook.attach', outcome: 'done', code: null } as const;
  return {
    name: 'hook',
    observation: { kind: 'operation', ...done },
    expected: { kind: 'operation', ...done },
  };
}
