/** What one look at the machine or the lab found. */
export type Finding =
  | { readonly status: 'ok'; readonly detail: string }
  /** Needed for what the finding names, and not for a run. */
  | { readonly status: 'optional'; readonly detail: string; readonly remedy: string }
  /** A run would fail, or could not be believed. */
  | { readonly status: 'missing'; readonly detail: string; readonly remedy: string };

/** One look: a name and how to look. It never throws for what it looks for. */
export interface Examination {
  readonly name: string;
  examine(): Finding | Promise<Finding>;
}

/** A finding with the name of its examination. */
export type NamedFinding = Finding & { readonly name: string };

/** A finding that nothing is wanting. */
export function ok(detail: string): Finding {
  return { status: 'ok', detail };
}

/** A finding that a run cannot do without it. */
export function missing(detail: string, remedy: string): Finding {
  return { status: 'missing', detail, remedy };
}

/** A finding that something beside the run wants it. */
export function optional(detail: string, remedy: string): Finding {
  return { status: 'optional', detail, remedy };
}
