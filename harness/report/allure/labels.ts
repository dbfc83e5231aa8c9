import { LabelName, Severity, type Label } from 'allure-js-commons';
import type { ClassResult } from '../class-results.js';
import { floorsOf } from '../floors.js';
import type { ReportedRun } from '../read-run.js';
import { STATE_WORDS, stateOf } from '../state.js';

const EPICS: Readonly<Record<string, string>> = {
  'hardware-keys': 'Attestation',
  attestation: 'Attestation',
  pinning: 'Transport',
  'mutual-tls': 'Transport',
  'signed-body': 'Signing',
  monitoring: 'Integrity',
  hooking: 'Integrity',
};

/** What Allure groups and filters results by. */
export function allureLabels(result: ClassResult, { record }: ReportedRun): readonly Label[] {
  const { className, floor, units } = result;
  const floorTitle = floorsOf([floor])[0]?.title ?? floor;
  const isVirtual = units.some(({ phone }) => phone.virtual);
  const tags = new Set([
    ...units.map((unit) => STATE_WORDS[stateOf(unit)]),
    ...(isVirtual ? ['virtual phone'] : []),
    ...(units.some(({ phone }) => phone.drift.length > 0) ? ['drift'] : []),
  ]);
  return [
    { name: LabelName.EPIC, value: EPICS[floor] ?? floorTitle },
    { name: LabelName.FEATURE, value: floorTitle },
    { name: LabelName.STORY, value: result.title },
    { name: LabelName.PARENT_SUITE, value: result.platform === 'ios' ? 'iOS' : 'Android' },
    { name: LabelName.SUITE, value: className },
    { name: LabelName.SUB_SUITE, value: floorTitle },
    { name: LabelName.PACKAGE, value: floor },
    { name: LabelName.FRAMEWORK, value: record.product.name },
    { name: LabelName.HOST, value: record.lab },
    { name: LabelName.THREAD, value: units.map(({ phone }) => phone.alias).join(', ') || '-' },
    { name: LabelName.LAYER, value: isVirtual ? 'virtual device' : 'device' },
    { name: LabelName.SEVERITY, value: severityOf(result) },
    { name: 'device', value: className },
    { name: 'policy', value: record.policyId },
    ...[...tags].map((value) => ({ name: LabelName.TAG, value })),
  ];
}

// A hole before users that are locked out, and both before all else: what is sorted by severity
// begins with what a release must not ship.
function severityOf({ outcome }: ClassResult): Severity {
  if (outcome?.outcome !== 'unmet') return Severity.NORMAL;
  return outcome.kind === 'falseAccept' ? Severity.BLOCKER : Severity.CRITICAL;
}
