/** What a scenario rests on, with the page that states it where there is one to link to. */
export interface ReferenceLink {
  readonly text: string;
  readonly url: string | null;
}

const PAGES: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [/^MASVS-[A-Z]+-\d+$/, ([id]) => `https://mas.owasp.org/MASVS/controls/${id}/`],
  [
    /^(?:MASTG-(?:TEST|KNOW|TECH|BEST|DEMO|TOOL)|MASWE)-\d{4}$/,
    ([id]) => `https://mas.owasp.org/${id}`,
  ],
  [/^CWE-(\d+)$/, ([, id]) => `https://cwe.mitre.org/data/definitions/${id ?? ''}.html`],
  [
    /^RFC (\d+)(?:, (\d+(?:\.\d+)*))?(?: \(.*\))?$/,
    ([, id, section]) =>
      `https://www.rfc-editor.org/rfc/rfc${id ?? ''}${section === undefined ? '' : `#section-${section}`}`,
  ],
];

/** Links a reference of a scenario; one that names no known page stays text. */
export function referenceLink(text: string): ReferenceLink {
  for (const [pattern, page] of PAGES) {
    const match = pattern.exec(text);
    if (match !== null) return { text, url: page(match) };
  }
  return { text, url: null };
}
