import { join } from 'node:path';
import { classResults } from '../class-results.js';
import { costRows } from '../cost.js';
import { removeQuietly } from '../owned-file.js';
import type { ReportedRun } from '../read-run.js';
import { RUN_FILES } from '../record.js';
import type { Report } from '../report.js';
import type { EvidenceReader } from '../screened-evidence.js';
import { ALLURE_CATEGORIES } from './categories.js';
import { historyBefore } from './history.js';
import { renderAllurePage } from './page.js';
import { allureResult } from './result.js';
import { AllureResultFolder } from './result-folder.js';
import { environmentOf, trustDate } from './surroundings.js';
import { executorOf } from './executor.js';

/** Results for Allure, from which its page is rendered here or elsewhere. */
export const allureResultsReport: Report = {
  name: 'allure-results',
  write(run, folder, evidence) {
    try {
      writeAllureResults(run, folder, { evidence, environment: process.env });
    } catch (error) {
      // Half of the results would make a page on which nothing failed.
      removeQuietly(join(folder, RUN_FILES.allureResults));
      throw error;
    }
    return { files: [RUN_FILES.allureResults] };
  },
};

/** Allure's page, where there is Java; else a note that says why there is none. */
export const allurePageReport: Report = {
  name: 'allure-page',
  write(_, folder) {
    const page = renderAllurePage(folder, process.env);
    if (!page.rendered) {
      const note = `Allure page not rendered: ${page.why}; its results are in ${RUN_FILES.allureResults}`;
      return { files: [], notes: [note] };
    }
    const note = `Allure page rendered in ${(page.ms / 1000).toFixed(1)} s, after the gate's verdict`;
    return { files: [RUN_FILES.allurePage], notes: [note] };
  },
};

/** Writes the results of a run, which is masked already, with the history of earlier nights. */
export function writeAllureResults(
  run: ReportedRun,
  folder: string,
  parts: {
    readonly evidence: EvidenceReader;
    readonly environment: Readonly<Record<string, string | undefined>>;
  },
): void {
  const { evidence, environment } = parts;
  const results = new AllureResultFolder(join(folder, RUN_FILES.allureResults));
  const attach = results.attach.bind(results);
  const costs = costRows(run);
  for (const result of classResults(run)) {
    results.writeResult(allureResult(result, { run, attach, evidence, costs }));
  }
  results.writeCategories(ALLURE_CATEGORIES);
  results.writeEnvironment(environmentOf(run, trustDate(folder)));
  results.writeExecutor(executorOf(run, environment));
  results.writeHistory(historyBefore(folder, run.record.lab));
}
