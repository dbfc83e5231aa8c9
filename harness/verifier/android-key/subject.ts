import type { Certificate } from '../../encoding/certificate.js';
import type {
  AndroidKeyChain,
  AndroidKeyEvidence,
  KeyDescription,
} from '../../evidence/android-key/index.js';
import type { Check } from '../check.js';
import type { CheckId } from '../check-ids.js';
import type { AndroidKeyExpected } from '../expected.js';
import type { Appraisal } from '../format.js';
import { parsedValue } from '../parsed-value.js';
import type { CheckFinding } from '../result.js';
import { findPath, type Path } from './path.js';

/** A chain under appraisal, as it was handed in. */
export type AndroidKeyAppraisal = Appraisal<AndroidKeyEvidence, AndroidKeyExpected>;

/** A chain that parses, and where it ends. */
export interface ChainView extends AndroidKeyAppraisal {
  readonly chain: AndroidKeyChain;
  readonly path: Path;
}

/** What checks of Android Key Attestation look at; `view` is null where the chain does not parse. */
export interface AndroidKeySubject {
  readonly appraisal: AndroidKeyAppraisal;
  readonly view: ChainView | null;
}

/** A record whose encoding is good, and the certificate that carries it. */
export interface PlacedRecord {
  /** Index in the chain; 0 is the leaf. */
  readonly at: number;
  readonly certificate: Certificate;
  readonly record: KeyDescription;
}

/** Finds, once, what several checks need. */
export function androidKeySubject(appraisal: AndroidKeyAppraisal): AndroidKeySubject {
  const { parsed } = appraisal.evidence;
  if (!parsed.ok) return { appraisal, view: null };
  const chain = parsed.value;
  return { appraisal, view: { ...appraisal, chain, path: findPath(chain, appraisal) } };
}

/** A check over a chain that parses; what it needs beyond that is in `needs`. */
export function chainCheck(
  check: Omit<Check<ChainView>, 'evaluate' | 'needs'> & {
    readonly needs?: readonly CheckId[];
    readonly evaluate: (view: ChainView) => CheckFinding;
  },
): Check<AndroidKeySubject> {
  const { evaluate, needs = [] } = check;
  return {
    ...check,
    needs: ['android-key/well-formed', ...needs],
    evaluate({ view }) {
      if (view === null) throw new Error(`${check.id} ran on a chain that does not parse`);
      return evaluate(view);
    },
  };
}

/** Checks that must have passed before the content of a record means anything. */
const AUTHENTIC_RECORD: readonly CheckId[] = [
  'android-key/signatures-verify',
  'android-key/record-in-leaf',
  'android-key/single-record',
  'android-key/record-well-formed',
];

/** A check over the records of a chain whose signatures hold. */
export function recordCheck(
  check: Omit<Check<ChainView>, 'evaluate' | 'needs'> & {
    readonly needs?: readonly CheckId[];
    readonly evaluate: (view: ChainView) => CheckFinding;
  },
): Check<AndroidKeySubject> {
  return chainCheck({ ...check, needs: [...AUTHENTIC_RECORD, ...(check.needs ?? [])] });
}

/** The records of a chain, leaf first; only where `record-well-formed` passed. */
export function recordsOf({ chain }: Pick<ChainView, 'chain'>): readonly PlacedRecord[] {
  return chain.records.map(({ at, parsed }) => {
    const certificate = chain.certificates[at];
    if (certificate === undefined) throw new Error('a record outside of its chain');
    return { at, certificate, record: parsedValue(parsed) };
  });
}

/** The leaf's record; only where `record-in-leaf` and `record-well-formed` passed. */
export function leafRecord(view: ChainView): KeyDescription {
  const leaf = recordsOf(view).find(({ at }) => at === 0);
  if (leaf === undefined) throw new Error('a check ran on a leaf without a record');
  return leaf.record;
}
