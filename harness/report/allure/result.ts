import { createHash } from 'node:crypto';
import { Stage, Status, type Parameter, type TestResult } from 'allure-js-commons';
import { getTestResultHistoryId } from 'allure-js-commons/sdk/reporter';
import { z } from 'zod';
import type { Outcome } from '../../expectation/outcome.js';
import type { ClassResult } from '../class-results.js';
import type { CostRow } from '../cost.js';
import { costTable } from './cost-table.js';
import { referenceLink } from '../reference-links.js';
import type { ReportedRun } from '../read-run.js';
import type { EvidenceReader } from '../screened-evidence.js';
import { STATE_WORDS, gravest, stateOf } from '../state.js';
import { allureLabels } from './labels.js';
import { messageOf, statusOf } from './status.js';
import { unitStep, type Attach } from './unit-step.js';

/**
 * One result of Allure: a scenario on a class, its units as steps. The class alone tells results
 * apart. Allure takes two results that differ in nothing else for a retry and shows the last, so a
 * failing phone would hide behind a passing one of its class; and a phone's name in the identity
 * would begin a new history with every phone that is swapped.
 */
export function allureResult(
  result: ClassResult,
  parts: {
    readonly run: ReportedRun;
    readonly attach: Attach;
    readonly evidence: EvidenceReader;
    readonly costs: readonly CostRow[];
  },
): TestResult {
  const { run, attach, evidence, costs } = parts;
  const { scenarioId, className, title, units } = result;
  const steps = units.map((unit) => unitStep(unit, { runId: run.record.id, attach, evidence }));
  const started = Math.min(...steps.flatMap(({ start }) => start ?? []));
  const start = Number.isFinite(started) ? started : Date.parse(run.record.startedAt);
  const references = (run.record.references?.[scenarioId] ?? []).map(referenceLink);
  const own = costs.filter((row) => row.className === className);
  const test: TestResult = {
    uuid: uuidOf(run.record.id, scenarioId, className),
    name: title,
    fullName: scenarioId,
    testCaseId: scenarioId,
    titlePath: scenarioId.split('/').slice(0, -1),
    description: [title, ...references.map(({ text }) => `- ${text}`)].join('\n'),
    status: result.outcome === null ? Status.SKIPPED : statusOf(result.outcome),
    statusDetails: details(result),
    stage: Stage.FINISHED,
    start,
    stop: Math.max(start, ...steps.flatMap(({ stop }) => stop ?? [])),
    steps,
    attachments:
      result.floor === 'cost' && own.length > 0
        ? [attach(costTable(own, run.record.timeScale))]
        : [],
    parameters: [...parametersOf(result, run)],
    labels: [...allureLabels(result, run)],
    links: references.flatMap(({ text, url }) => (url === null ? [] : [{ name: text, url }])),
  };
  return { ...test, historyId: getTestResultHistoryId(test) };
}

function details({ outcome, units, unmatched }: ClassResult): TestResult['statusDetails'] {
  if (outcome === null) {
    return {
      message: `[not-applicable] ${[...new Set(unmatched.map(({ why }) => why))].join('; ')}`,
    };
  }
  const message = messageOf(outcome, unitsOf(units, outcome));
  return message === null ? {} : { message };
}

// Which of several units a message is about; with one there is nothing to tell apart.
function unitsOf(units: ClassResult['units'], outcome: Outcome): string | null {
  if (units.length < 2) return null;
  return units
    .filter((unit) => unit.outcome.outcome === outcome.outcome)
    .map(({ phone }) => phone.alias)
    .join(', ');
}

/** The class is the identity; all that changes from night to night is shown and left out of it. */
function parametersOf(result: ClassResult, run: ReportedRun): readonly Parameter[] {
  const { units } = result;
  const facts = (name: string): string =>
    [...new Set(units.map(({ phone }) => phone.facts[name] ?? '-'))].map(String).join(', ');
  const state = gravest(units.map(stateOf)) ?? 'not-applicable';
  const volatile: readonly (readonly [string, string])[] = [
    ['state', STATE_WORDS[state]],
    ['units', units.map(({ phone }) => phone.alias).join(', ') || '-'],
    ['virtual', [...new Set(units.map(({ phone }) => String(phone.virtual)))].join(', ') || '-'],
    ['osVersion', facts('osVersion')],
    ['securityPatch', facts('securityPatch')],
    ['attempt', attempts(result)],
    ['probe', probes(result)],
    ['product', run.record.product.version],
    ['policy', run.record.policyId],
    ['run', run.record.id],
  ];
  return [
    { name: 'class', value: result.className },
    ...volatile
      .filter(([, value]) => value !== '-' && value !== '')
      .map(([name, value]) => ({ name, value, excluded: true })),
  ];
}

// Verdicts are never tried again; a phone that was lost before it gave evidence may be.
function attempts({ units }: ClassResult): string {
  const starts = units.map(
    ({ lines }) => lines.filter(({ type }) => type === 'scenario-started').length,
  );
  return units.length === 0 ? '-' : String(Math.max(...starts));
}

function probes({ units }: ClassResult): string {
  const versions = units.map(({ phone: { facts } }) => {
    const read = probeSchema.safeParse(facts['probe']);
    return read.success ? read.data.version : '-';
  });
  return [...new Set(versions)].join(', ');
}

const probeSchema = z.object({ version: z.string() });

/** The same run makes the same file, so that a report that is written again does not double it. */
function uuidOf(...parts: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
