import type { ReportedRun } from './read-run.js';

const MASK = '[masked]';

/**
 * The run without anything that identifies a unit or steers a terminal. Applied once, before any
 * report is written: evidence holds serial numbers and IMEIs, and reports travel further than records.
 */
export function maskRun(run: ReportedRun): ReportedRun {
  const clean = cleaner(run.identifiers);
  return { ...mapStrings(run, clean), identifiers: [] };
}

/** Whether a text holds an identifier, or something that looks like an IMEI. */
export function identifierFinder(identifiers: readonly string[]): (text: string) => boolean {
  const identifying = pattern(identifiers);
  return (text) =>
    (identifying !== null && text.search(identifying) !== -1) ||
    [...text.matchAll(IMEI_LIKE)].some(([digits]) => isImei(digits));
}

/** Replaces every identifier, everything that looks like an IMEI, and control characters. */
export function cleaner(identifiers: readonly string[]): (text: string) => string {
  const identifying = pattern(identifiers);
  const clean = (text: string): string => {
    const masked = identifying === null ? text : text.replace(identifying, MASK);
    return withoutControls(masked.replace(IMEI_LIKE, (digits) => (isImei(digits) ? MASK : digits)));
  };
  // A record says the same few words of every job.
  const cleaned = new Map<string, string>();
  return (text) => {
    const before = cleaned.get(text);
    if (before !== undefined) return before;
    const after = clean(text);
    cleaned.set(text, after);
    return after;
  };
}

const IMEI_LIKE = /(?<!\d)\d{15}(?!\d)/g;

// The longest first: one identifier may be part of another. Tools print them in whatever case they like.
function pattern(identifiers: readonly string[]): RegExp | null {
  const known = [...new Set(identifiers)]
    .filter((identifier) => identifier !== '')
    .sort((left, right) => right.length - left.length)
    .map((identifier) => identifier.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'));
  return known.length === 0 ? null : new RegExp(known.join('|'), 'gi');
}

/** The check digit of an IMEI (ISO/IEC 7812, Luhn). */
function isImei(digits: string): boolean {
  const sum = Array.from(digits, Number).reduce((total, digit, index) => {
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

// A phone chooses these texts. Escape sequences would rewrite a terminal, bidirectional controls a
// line, and XML has no place for the rest; only tab and line end may stay.
function withoutControls(text: string): string {
  return text.replace(
    /(?![\t\n])[\p{Cc}\p{Surrogate}\p{Bidi_Control}\p{Noncharacter_Code_Point}]/gu,
    '\ufffd',
  );
}

function mapStrings<Value>(value: Value, change: (text: string) => string): Value {
  return mapped(value, change) as Value;
}

function mapped(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapped(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, mapped(inner, change)]),
  );
}
