import { h, type ComponentChild } from 'preact';
import type { ClassResult } from '../class-results.js';
import { STATES, STATE_WORDS, type State } from '../state.js';
import { icon } from './icons.js';
import { resultState, type MatrixCell, type MatrixRow } from './model.js';
import { scenarioPanel, type PanelContext } from './scenario-panel.js';

/**
 * One cell: what came of it in glyph, word and count; opened, its scenarios. Cells of a row share a
 * name, so that opening one closes the other and the row has one panel below it.
 */
export function matrixCell(
  row: MatrixRow,
  {
    cell,
    column,
    context,
  }: {
    readonly cell: MatrixCell;
    readonly column: number;
    readonly context: PanelContext;
  },
): ComponentChild {
  const { floor, state, results } = cell;
  if (state === null) {
    return h(
      'div',
      { role: 'cell', class: `cell at-${column} empty` },
      h('p', { class: 'none' }, h('span', { class: 'floor' }, floor.title), 'no scenario'),
    );
  }
  const tone = cell.isQuiet ? quietTone(cell) : state;
  return h(
    'div',
    { role: 'cell', class: `cell at-${column}` },
    h(
      'details',
      { name: `row-${row.className}` },
      h(
        'summary',
        { class: `tone-${tone}` },
        h('span', { class: 'floor' }, floor.title),
        h('span', { class: 'headline' }, icon(tone), headline(cell)),
        h('span', { class: 'mix' }, cell.counts.map(mixEntry), reasonsWhyNot(cell)),
      ),
      h(
        'div',
        { class: 'panel' },
        h(
          'p',
          { class: 'panel-title' },
          h('strong', null, floor.title),
          ` on ${row.className}. `,
          h('span', { class: 'muted' }, floor.question),
        ),
        gravestFirst(results).map((result) => scenarioPanel(result, context)),
      ),
    ),
  );
}

// What somebody has to look at comes before what was as expected.
function gravestFirst(results: readonly ClassResult[]): readonly ClassResult[] {
  const rank = (result: ClassResult): number => STATES.indexOf(resultState(result));
  return [...results].sort((left, right) => rank(left) - rank(right));
}

/** The facts by which nothing of a cell applies; the panel says it of each scenario. */
function reasonsWhyNot({ state, results }: MatrixCell): ComponentChild {
  if (state !== 'not-applicable') return null;
  const [first, ...rest] = new Set(
    results.flatMap(({ unmatched }) => unmatched).map((one) => one.why),
  );
  const more = rest.length === 0 ? '' : ` and ${rest.length} more`;
  return h('span', { class: 'why-not' }, `${first ?? ''}${more}`);
}

// A cell of refusals alone is drawn as one; a mixed one as what it is in sum.
function quietTone({ counts }: MatrixCell): State {
  const [only] = counts;
  return counts.length === 1 && only !== undefined
    ? only[0]
    : (counts.find(([state]) => state === 'bypassed')?.[0] ?? 'met');
}

function headline({ state, isQuiet, counts }: MatrixCell): string {
  if (state === null) return '';
  const [only] = counts;
  if (isQuiet && counts.length > 1) {
    return state === 'bypassed' ? 'as expected, bypassed' : 'as expected';
  }
  if (isQuiet) return STATE_WORDS[state];
  return `${only?.[1] ?? 0} ${STATE_WORDS[state]}`;
}

function mixEntry([state, count]: readonly [State, number]): ComponentChild {
  return h(
    'span',
    { class: `mix-entry ink-${state}`, title: `${count} ${STATE_WORDS[state]}` },
    icon(state),
    String(count),
    h('span', { class: 'hidden' }, ` ${STATE_WORDS[state]} `),
  );
}
