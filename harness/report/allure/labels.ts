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
  cost: 'Cost',
};

/** What a floor tests on a platform, as teams name it. */
const MECHANISMS: Readonly<Record<string, Readonly<Record<ClassResult['platform'], string>>>> = {
  'hardware-keys': { android: 'Android Keystore', ios: 'Secure Enclave' },
  pinning: { android: 'TLS pinning', ios: 'TLS pinning' },
  'mutual-tls': { android: 'Mutual TLS', ios: 'Mutual TLS' },
  attestation: { android: 'Android Key Attestation', ios: 'App Attest' },
  'signed-body': { android: 'Request signing', ios: 'Request signing' },
  monitoring: { android: 'Risk signals', ios: 'Risk signals' },
  hooking: { android: 'Runtime hooks', ios: 'Runtime hooks' },
  cost: { android: 'Latency', ios: 'Latency' },
};

/** Floors whose expectations rest on what the backend decides; the others rest on the app. */
const OF_BACKEND: readonly string[] = ['mutual-tls', 'attestation', 'signed-body', 'monitoring'];

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
    { name: LabelName.FEATURE, value: MECHANISMS[floor]?.[result.platform] ?? floorTitle },
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
    { name: LabelName.OWNER, value: ownerOf(result) },
    { name: 'device', value: className },
    { name: 'chip', value: chipOf(result) },
    { name: 'policy', value: record.policyId },
    ...[...tags].map((value) => ({ name: LabelName.TAG, value })),
  ];
}

// Who looks first: the lab where nothing was judged, else the team whose part the floor tests.
function ownerOf({ floor, outcome }: ClassResult): string {
  if (outcome?.outcome === 'inconclusive' || outcome?.outcome === 'not-run') return 'lab';
  return OF_BACKEND.includes(floor) ? 'backend-team' : 'mobile-team';
}

// The levels on which the phones really obtained or used a key, as they were measured.
function chipOf({ units }: ClassResult): string {
  const levels = units.flatMap(({ lines }) =>
    lines.flatMap((line) =>
      line.type === 'measurement' && line.level !== null ? [line.level] : [],
    ),
  );
  return [...new Set(levels)].sort().join(', ') || 'none used';
}

// A hole before users that are locked out, and both before all else: what is sorted by severity
// begins with what a release must not ship.
function severityOf({ outcome }: ClassResult): Severity {
  if (outcome?.outcome !== 'unmet') return Severity.NORMAL;
  return outcome.kind === 'falseAccept' ? Severity.BLOCKER : Severity.CRITICAL;
}
