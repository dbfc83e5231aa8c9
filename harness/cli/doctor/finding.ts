/** What one look at the machine or the lab found. */
export type Finding =
  | { readonly status: 'ok'; readonly detail: string }
  /** Worth knowing; a run does without it. */
  | { readonly status: 'note'; readonly detail: string; readonly remedy: string }
  /** A run would fail, or could not be believed. */
  | { readonly status: 'missing'; readonly detail: string; readonly remedy: string };

/** One look: a name and how to look. It never throws for what it looks for. */
export interface Examination {
  readonly name: string;
  /** For people alone: a run does without it, or looks itself at the moment that counts. */
  readonly isForPeople?: true;
  readonly examine: () => Finding | Promise<Finding>;
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

/** A finding that a run can do without. */
export function note(detail: string, remedy: string): Finding {
  return { status: 'note', detail, remedy };
}
