import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EnvironmentInfo } from 'allure-js-commons/sdk';
import { z } from 'zod';
import { classNames, classOf } from '../class-results.js';
import type { ReportedRun } from '../read-run.js';

/** What ran, on what, judged by what: the environment that Allure shows beside the results. */
export function environmentOf(
  run: ReportedRun,
  revocationListOf: string | null = null,
): EnvironmentInfo {
  const { record } = run;
  const virtual = record.phones.filter((phone) => phone.virtual).length;
  const classes = classNames(run).map((name): readonly [string, string] => {
    const phones = record.phones.filter((phone) => classOf(phone) === name);
    const described = phones.map(({ alias, facts, virtual: isVirtual }) => {
      const os = [facts['osVersion'], facts['securityPatch']].filter((fact) => fact != null);
      return `${alias}${isVirtual ? ' (virtual)' : ''} ${os.map(String).join(' / ')}`.trim();
    });
    return [`class.${name}`, described.join('; ')];
  });
  const chains = classNames(run).flatMap((name) => {
    const ends = chainsOf(run, name);
    return ends === '' ? [] : [[`chains.${name}`, ends] as const];
  });
  const verifiers = run.jobs.flatMap(({ observations }) =>
    observations.flatMap(({ observation }) =>
      observation.kind === 'appraisal' ? [observation.result.verifierVersion] : [],
    ),
  );
  return {
    run: record.id,
    product: `${record.product.name} ${record.product.version}`,
    lab: record.lab,
    policy: record.policyId,
    gate: record.gate === null ? 'not finished' : `exit ${record.gate.exit}`,
    phones: `${record.phones.length}, of which virtual: ${virtual}`,
    timeScale: String(record.timeScale),
    ...(verifiers.length === 0 ? {} : { verifier: [...new Set(verifiers)].join(', ') }),
    ...(revocationListOf === null ? {} : { 'trust.revocationListOf': revocationListOf }),
    ...Object.fromEntries(
      Object.entries(record.hashes).map(([name, hash]) => [`sha256.${name}`, hash]),
    ),
    ...Object.fromEntries([...classes, ...chains]),
  };
}

// Which roots the evidence of a class ended in, and whether its keys came from the factory.
function chainsOf(run: ReportedRun, className: string): string {
  const chains = run.jobs
    .filter(({ phone }) => classOf(phone) === className)
    .flatMap(({ observations }) => observations)
    .flatMap(({ observation }) => {
      if (observation.kind !== 'appraisal') return [];
      const { format, claims } = observation.result;
      const { anchor, provisioning, environment } = claims;
      const words = [anchor, provisioning, environment].filter((word) => typeof word === 'string');
      return [[format, ...words].join(' ')];
    });
  return [...new Set(chains)].sort().join('; ');
}

/** The day of the revocation list that a run trusted; null where its folder does not say. */
export function trustDate(folder: string): string | null {
  const file = join(folder, 'trust.json');
  if (!existsSync(file)) return null;
  try {
    const { revocation } = trustSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    const takenAtMs = revocation?.takenAtMs ?? null;
    return takenAtMs === null ? null : new Date(takenAtMs).toISOString();
  } catch {
    // The page tells of a run; that its trust cannot be read is for a replay to say.
    return null;
  }
}

const trustSchema = z.object({
  revocation: z.object({ takenAtMs: z.number().nullable().optional() }).nullable(),
});
