import type { PhoneRecord, RunRecord } from './record.js';

/** What ran a phone's probe in a few words; null where it was no Kotlin probe on a JVM. */
export function runtimeOf({ runtime }: PhoneRecord): string | null {
  if (runtime === undefined) return null;
  const { flavour, java, tlsProvider } = runtime;
  return `${flavour}, Java ${java}, TLS by ${tlsProvider}`;
}

/** Which phones ran the Kotlin probe itself, on what, and what was not asked of it; sentences. */
export function runtimeLines({ phones, plan }: RunRecord): readonly string[] {
  const runtimes = grouped(
    phones.flatMap((phone) => {
      const runtime = runtimeOf(phone);
      return runtime === null ? [] : [[runtime, phone.alias] as const];
    }),
  );
  const unsupported = grouped(
    plan.unmatched
      .filter((pair) => pair.unsupported === true)
      .map(({ scenarioId, phoneAlias, why }) => [`${scenarioId} ${why}`, phoneAlias] as const),
  );
  return [
    ...runtimes.map(([what, aliases]) => `Kotlin probe (${what}): ${aliases}`),
    ...unsupported.map(([what, aliases]) => `unsupported on ${aliases}: ${what}`),
  ];
}

function grouped(
  pairs: readonly (readonly [what: string, alias: string])[],
): readonly (readonly [what: string, aliases: string])[] {
  const groups = new Map<string, string[]>();
  for (const [what, alias] of pairs) groups.set(what, [...(groups.get(what) ?? []), alias]);
  return [...groups].map(([what, aliases]) => [what, aliases.join(', ')]);
}
