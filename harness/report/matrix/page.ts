import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { h, type ComponentChild } from 'preact';
import { renderToStaticMarkup } from 'preact-render-to-string';
import type { ReportedRun } from '../read-run.js';
import { RUN_FILES } from '../record.js';
import { verdictLine } from '../unexpected.js';
import { matrixCell } from './cell.js';
import { costSection } from './cost-section.js';
import { iconSprite } from './icons.js';
import { matrixOf, type Matrix, type MatrixRow } from './model.js';
import { riskSection } from './risk-section.js';
import { virtualMark, type PanelContext } from './scenario-panel.js';
import { legend, masthead, driftLines, phonesSection, unexpectedSection } from './sections.js';

const sheet = readFileSync(new URL('matrix.css', import.meta.url), 'utf8');

/**
 * The run as one page: no script, no font, no picture from elsewhere, and a policy that keeps the
 * browser from fetching any. Every text passes through preact, which escapes it: phones choose some.
 */
export function matrixPage(run: ReportedRun): string {
  const matrix = matrixOf(run);
  const style = `${sheet}\n${columnRules(matrix.floors.length)}`;
  const digest = createHash('sha256').update(style).digest('base64');
  const page = h(
    'html',
    { lang: 'en' },
    h(
      'head',
      null,
      h('meta', { charSet: 'utf-8' }),
      h('meta', {
        'http-equiv': 'Content-Security-Policy',
        content: `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`,
      }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('meta', { name: 'color-scheme', content: 'light dark' }),
      h('meta', { name: 'referrer', content: 'no-referrer' }),
      h('title', null, `${verdictLine(run)} · ${run.record.id}`),
      h('style', { dangerouslySetInnerHTML: { __html: style } }),
    ),
    h(
      'body',
      null,
      iconSprite(),
      masthead(run),
      h('main', null, ...sections(run, matrix)),
      footer(run),
    ),
  );
  return `<!doctype html>\n${renderToStaticMarkup(page)}\n`;
}

function sections(run: ReportedRun, matrix: Matrix): readonly ComponentChild[] {
  const { record } = run;
  const context = { runId: record.id, references: record.references ?? {} };
  return [
    unexpectedSection(run),
    matrixSection(matrix, context),
    record.plan.uncovered.length === 0
      ? null
      : h('p', { class: 'uncovered' }, `No phone can run: ${record.plan.uncovered.join(', ')}`),
    legend(),
    riskSection(run),
    costSection(run),
    phonesSection(run),
  ];
}

function matrixSection({ floors, rows }: Matrix, context: PanelContext): ComponentChild {
  return h(
    'section',
    { class: 'matrix-section' },
    h('h2', { id: 'matrix' }, 'Classes by floors'),
    rows.length === 0
      ? h('p', { class: 'muted' }, 'Nothing was planned.')
      : h(
          'div',
          { role: 'table', class: 'matrix', 'aria-labelledby': 'matrix' },
          h(
            'div',
            { role: 'row', class: 'row heads' },
            h('div', { role: 'columnheader', class: 'corner' }, 'Class'),
            floors.map(({ title, question }) =>
              h('div', { role: 'columnheader', title: question }, title),
            ),
          ),
          rows.map((row) => matrixRow(row, context)),
        ),
  );
}

function matrixRow(row: MatrixRow, context: PanelContext): ComponentChild {
  return h(
    'div',
    { role: 'row', class: 'row' },
    h(
      'div',
      { role: 'rowheader', class: 'class' },
      h('span', { class: 'class-name' }, row.className),
      row.phones.map((phone) =>
        h('span', { class: 'phone' }, phone.alias, ' ', virtualMark(phone.virtual)),
      ),
      row.phones.flatMap(driftLines),
    ),
    row.cells.map((cell, index) => matrixCell(row, { cell, column: index + 2, context })),
  );
}

function footer({ record }: ReportedRun): ComponentChild {
  return h(
    'footer',
    null,
    h('h2', null, 'What decided'),
    h(
      'dl',
      { class: 'claims' },
      Object.entries(record.hashes).map(([name, hash]) => [
        h('dt', null, name),
        h('dd', null, `SHA-256 ${hash}`),
      ]),
    ),
    h(
      'p',
      { class: 'muted' },
      `Made from ${RUN_FILES.record} and ${RUN_FILES.journal} beside this page.`,
    ),
  );
}

// Inline style attributes would need a laxer policy, so that columns are rules of the sheet.
function columnRules(floors: number): string {
  const places = Array.from(
    { length: floors },
    (_, index) =>
      `.at-${index + 2}>details>summary,.at-${index + 2}>.none{grid-column:${index + 2}}`,
  );
  return `@media (min-width:64rem){.row{grid-template-columns:minmax(8.5rem,1.5fr) repeat(${floors},minmax(0,1fr))}${places.join('')}}`;
}
