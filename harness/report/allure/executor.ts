import type { ExecutorInfo } from 'allure-js-commons/sdk';
import type { ReportedRun } from '../read-run.js';
import { RUN_FILES } from '../record.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Who ran it, and where its page lies, so that trends lead back to the page of each night. */
export function executorOf({ record }: ReportedRun, environment: Environment): ExecutorInfo {
  const server = SERVERS.find(({ sign }) => environment[sign] !== undefined);
  const url = server === undefined ? null : webAddress(server.url(environment));
  const number = server === undefined ? undefined : environment[server.number];
  return {
    name: server?.name ?? record.product.name,
    // Allure draws the server's own sign for the types that it knows.
    type: server?.type ?? record.product.name,
    reportName: `${record.product.name}: ${record.lab}`,
    buildName: number === undefined ? record.id : `#${number}: ${record.id}`,
    // One order for all runs of a lab, whoever starts them: numbers of servers begin anew.
    buildOrder: Math.floor(Date.parse(record.startedAt) / 1000),
    // Pages of a reports folder lie side by side.
    reportUrl: `../../${record.id}/${RUN_FILES.allurePage}`,
    ...(url === null ? {} : { buildUrl: url }),
  };
}

interface Server {
  readonly name: string;
  readonly type: string;
  /** The variable by which it is told. */
  readonly sign: string;
  readonly number: string;
  readonly url: (environment: Environment) => string | undefined;
}

// Jenkins comes last: others set its variables too.
const SERVERS: readonly Server[] = [
  {
    ...{ name: 'GitHub Actions', type: 'github' },
    ...{ sign: 'GITHUB_RUN_ID', number: 'GITHUB_RUN_NUMBER' },
    url: (of) =>
      `${of['GITHUB_SERVER_URL'] ?? ''}/${of['GITHUB_REPOSITORY'] ?? ''}/actions/runs/${of['GITHUB_RUN_ID'] ?? ''}`,
  },
  {
    ...{ name: 'GitLab CI', type: 'gitlab', sign: 'GITLAB_CI', number: 'CI_PIPELINE_IID' },
    url: (of) => of['CI_JOB_URL'],
  },
  {
    ...{ name: 'Azure Pipelines', type: 'azure', sign: 'TF_BUILD', number: 'BUILD_BUILDNUMBER' },
    url: (of) =>
      `${of['SYSTEM_COLLECTIONURI'] ?? ''}${of['SYSTEM_TEAMPROJECT'] ?? ''}/_build/results?buildId=${of['BUILD_BUILDID'] ?? ''}`,
  },
  {
    ...{ name: 'CircleCI', type: 'circleci', sign: 'CIRCLECI', number: 'CIRCLE_BUILD_NUM' },
    url: (of) => of['CIRCLE_BUILD_URL'],
  },
  {
    ...{ name: 'Jenkins', type: 'jenkins', sign: 'BUILD_URL', number: 'BUILD_NUMBER' },
    url: (of) => of['BUILD_URL'],
  },
];

// The page makes a link of it: a variable must not bring a script there.
function webAddress(text: string | undefined): string | null {
  if (text === undefined || !URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  return /^https?:$/.test(protocol) ? href : null;
}
