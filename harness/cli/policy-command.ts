import { isDeepStrictEqual } from 'node:util';
import { EXIT } from '../errors.js';
import { loadPolicy, type LoadedPolicy } from '../run/load-policy.js';
import { demands, FORMATS, POLICIES, type CheckId, type Demand } from '../verifier/index.js';
import { wrapped, type Terminal } from './terminal.js';

/** Demands from the weakest on. */
const STRENGTH: readonly Demand[] = ['reported', 'enforced', 'required'];

const SECTIONS = ['androidKey', 'appAttest', 'playIntegrity', 'signedRequest'] as const;

interface Change<Value> {
  /** A check's id, or a setting such as `androidKey.minimumLevel`. */
  readonly of: string;
  readonly from: Value;
  readonly to: Value;
}

interface PolicyFacts {
  readonly id: string;
  readonly file: string | null;
  readonly sha256: string | null;
  readonly extends: string | null;
  readonly description: string | null;
  /** What differs from the policy that it extends. */
  readonly changes: {
    readonly demands: readonly Change<Demand>[];
    readonly settings: readonly Change<unknown>[];
  };
  /** Settings by section. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Every check by format, in the order of the checks. */
  readonly demands: Readonly<Record<string, Readonly<Record<string, Demand>>>>;
}

/** Checks a policy and shows what it demands. */
export function policyShow(
  options: { readonly policy: string; readonly json?: true },
  terminal: Terminal,
): number {
  const facts = factsOf(loadPolicy(options.policy, { by: 'POLICY', code: 'ERR_USAGE' }));
  terminal.out(options.json === true ? `${JSON.stringify(facts, null, 2)}\n` : textOf(facts));
  return EXIT.passed;
}

function factsOf({ policy, file }: LoadedPolicy): PolicyFacts {
  const base = file === null ? policy : POLICIES[file.extends];
  const [now, before] = [demands(policy), demands(base)];
  const ids = Object.values(FORMATS).flatMap(({ checks }) => checks.map(({ id }) => id));
  return {
    id: policy.id,
    file: file?.path ?? null,
    sha256: file?.sha256 ?? null,
    extends: file?.extends ?? null,
    description: file?.description ?? null,
    changes: {
      demands: ids.flatMap((id) => changed(id, before(id), now(id))),
      settings: SECTIONS.flatMap((section) => {
        const then: Readonly<Record<string, unknown>> = { ...base[section] };
        return Object.entries(policy[section]).flatMap(([name, value]: [string, unknown]) =>
          changed(`${section}.${name}`, then[name], value),
        );
      }),
    },
    settings: Object.fromEntries(SECTIONS.map((section) => [section, { ...policy[section] }])),
    demands: Object.fromEntries(
      Object.values(FORMATS).map(({ format, checks }) => [
        format,
        Object.fromEntries(checks.map(({ id }): [CheckId, Demand] => [id, now(id)])),
      ]),
    ),
  };
}

function changed<Value>(of: string, from: Value, to: Value): readonly Change<Value>[] {
  return isDeepStrictEqual(from, to) ? [] : [{ of, from, to }];
}

function textOf(facts: PolicyFacts): string {
  const { id, file, extends: base, description, changes } = facts;
  return [
    file === null ? `policy ${id}, as it is shipped\n` : `policy ${id} (${file})\n`,
    ...(description === null ? [] : [wrapped(description, { first: '  ', next: '  ' })]),
    ...(base === null ? [] : [`\nchanges to ${base}\n`, ...changeLines(changes)]),
    '\nsettings\n',
    ...Object.entries(facts.settings).flatMap(([section, settings]) =>
      Object.entries(settings).map(([name, value]) =>
        row(`${section}.${name}`, valueText(value), 38),
      ),
    ),
    ...Object.entries(facts.demands).flatMap(([format, checks]) => [
      `\n${format}\n`,
      ...Object.entries(checks).map(([check, demand]) => `  ${demand.padEnd(9)} ${check}\n`),
    ]),
  ].join('');
}

function changeLines({ demands: ofChecks, settings }: PolicyFacts['changes']): readonly string[] {
  if (ofChecks.length + settings.length === 0) return ['  none\n'];
  const word = ({ from, to }: Change<Demand>): string =>
    STRENGTH.indexOf(to) < STRENGTH.indexOf(from) ? 'WEAKER' : 'stricter';
  return [
    ...ofChecks.map((change) =>
      wrapped(`${word(change)} ${change.of}: ${change.to}, was ${change.from}`, HANGING),
    ),
    ...settings.map(({ of, from, to }) =>
      wrapped(`setting ${of}: ${valueText(to)}, was ${valueText(from)}`, HANGING),
    ),
  ];
}

const HANGING = { first: '  ', next: '    ' };

function row(name: string, value: string, width: number): string {
  return wrapped(value, { first: `  ${name.padEnd(width)} `, next: ' '.repeat(width + 3) });
}

function valueText(value: unknown): string {
  if (value === null) return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(String).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
