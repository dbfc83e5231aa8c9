/** One entry of Google's attestation status list. */
export interface RevocationEntry {
  /** The word as published; words but REVOKED and SUSPENDED exist only in lists not yet understood. */
  readonly status: string;
  readonly reason: string | null;
}

/** A status list as it was when it was taken. An unusable one says why and never reads as empty. */
export type RevocationSnapshot =
  | {
      readonly usable: true;
      /** By certificate serial: lower-case hexadecimal without leading zeros. */
      readonly entries: ReadonlyMap<string, RevocationEntry>;
      /** When the list was fetched; null where nobody noted it, and then it is never fresh. */
      readonly takenAtMs: number | null;
    }
  | { readonly usable: false; readonly problem: string };

/** Longer than any serial that RFC 5280 allows, in hexadecimal digits. */
const MAX_SERIAL_DIGITS = 128;

/**
 * Parses the JSON that android.googleapis.com/attestation/status serves. One entry that cannot be
 * read makes the whole list unusable: skipping it could skip the one that matters.
 */
export function parseRevocationList(text: string, takenAtMs: number | null): RevocationSnapshot {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return unusable(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isRecord(json) || !isRecord(json['entries'])) return unusable('no object "entries"');
  const entries = new Map<string, RevocationEntry>();
  for (const [key, value] of Object.entries(json['entries'])) {
    const serial = normaliseSerial(key);
    if (serial === null) return unusable(`entry "${key}" is no hexadecimal serial`);
    if (entries.has(serial)) return unusable(`entry "${key}" is there twice`);
    if (!isRecord(value) || typeof value['status'] !== 'string') {
      return unusable(`entry "${key}" has no status`);
    }
    const reason = value['reason'];
    entries.set(serial, {
      status: value['status'],
      reason: typeof reason === 'string' ? reason : null,
    });
  }
  return { usable: true, entries, takenAtMs };
}

/** The one form of a hexadecimal serial that lookups use, or null where it is none. */
export function normaliseSerial(text: string): string | null {
  if (text.length > MAX_SERIAL_DIGITS || !/^[0-9a-fA-F]+$/.test(text)) return null;
  return text.toLowerCase().replace(/^0+(?=.)/, '');
}

function unusable(problem: string): RevocationSnapshot {
  return { usable: false, problem };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
