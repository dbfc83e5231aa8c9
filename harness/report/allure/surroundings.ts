import type { EnvironmentInfo, ExecutorInfo } from 'allure-js-commons/sdk';
import { classNames, classOf } from '../class-results.js';
import type { ReportedRun } from '../read-run.js';
import { RUN_FILES } from '../record.js';

/** What ran, on what, judged by what: the environment that Allure shows beside the results. */
export function environmentOf(run: ReportedRun): EnvironmentInfo {
  const { record } = run;
  const virtual = record.phones.filter((phone) => phone.virtual).length;
  const classes = classNames(run).map((name): readonly [string, string] => {
    const phones = record.phones.filter((phone) => classOf(phone) === name);
    const described = phones.map(({ alias, facts, virtual: isVirtual }) => {
      const os = [facts['osVersion'], facts['securityPatch']].filter((fact) => fact !== undefined);
      return `${alias}${isVirtual ? ' (virtual)' : ''} ${os.map(String).join(' / ')}`.trim();
    });
    return [`class.${name}`, described.join('; ')];
  });
  return {
    run: record.id,
    product: `${record.product.name} ${record.product.version}`,
    lab: record.lab,
    policy: record.policyId,
    gate: record.gate === null ? 'not finished' : `exit ${record.gate.exit}`,
    phones: `${record.phones.length}, of which virtual: ${virtual}`,
    timeScale: String(record.timeScale),
    ...Object.fromEntries(
      Object.entries(record.hashes).map(([name, hash]) => [`sha256.${name}`, hash]),
    ),
    ...Object.fromEntries(classes),
  };
}

/** Who ran it, and where its page lies, so that trends lead back to the page of each night. */
export function executorOf(
  { record }: ReportedRun,
  environment: Readonly<Record<string, string | undefined>>,
): ExecutorInfo {
  const url = ciBuildUrl(environment);
  return {
    name: record.product.name,
    type: record.product.name,
    reportName: `${record.product.name}: ${record.lab}`,
    buildName: record.id,
    buildOrder: Math.floor(Date.parse(record.startedAt) / 1000),
    // Pages of a reports folder lie side by side.
    reportUrl: `../../${record.id}/${RUN_FILES.allurePage}`,
    ...(url === null ? {} : { buildUrl: url }),
  };
}

function ciBuildUrl(environment: Readonly<Record<string, string | undefined>>): string | null {
  const {
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
    GITHUB_RUN_ID: id,
  } = environment;
  if (server !== undefined && repository !== undefined && id !== undefined) {
    return `${server}/${repository}/actions/runs/${id}`;
  }
  return environment['CI_JOB_URL'] ?? environment['BUILD_URL'] ?? null;
}
