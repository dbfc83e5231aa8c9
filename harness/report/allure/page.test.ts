import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Outcome } from '../../expectation/outcome.js';
import { reportedRun } from '../read-run.js';
import { writeReports } from '../report.js';
import { terminalTable } from '../terminal.js';
import { hasJava } from '../testing/programs.js';
import {
  falseAccept,
  met,
  outcomeEntry,
  sampleJournal,
  samplePhone,
  sampleRecord,
} from '../testing/sample-run.js';
import { allurePageReport, writeAllureResults } from './allure-report.js';
import { embeddedHistory } from './history.js';
import { renderAllurePage } from './page.js';
import { none } from './testing/written-results.js';

const reports = mkdtempSync(join(tmpdir(), 'attestlab-nights-'));

/** Leaves the folder of a run of one phone with its results for Allure. */
function night(id: string, alias: string, outcome: Outcome): string {
  const folder = join(reports, 'runs', id);
  mkdirSync(folder, { recursive: true });
  const record = sampleRecord(['a/b'], [samplePhone({ alias, udid: alias })], { id });
  writeFileSync(join(folder, 'run.json'), JSON.stringify(record));
  const run = reportedRun(record, sampleJournal([outcomeEntry('a/b', outcome, alias)]));
  writeAllureResults(run, folder, { evidence: none, environment: {} });
  return folder;
}

describe('renderAllurePage', () => {
  it('says that there is no Java, and how to get it, without an error', () => {
    const folder = night('20261120T220000Z-000000', 'pixel', met);
    const nothing = mkdtempSync(join(tmpdir(), 'attestlab-no-java-'));
    expect(renderAllurePage(folder, { PATH: nothing })).toEqual({
      rendered: false,
      why: expect.stringMatching(/^Java was not found \(apt-get install /) as string,
    });
    expect(existsSync(join(folder, 'allure-report'))).toBe(false);
  });

  it('keeps no other report from being written, and terminal and summary say why', () => {
    const folder = mkdtempSync(join(tmpdir(), 'attestlab-no-java-'));
    vi.stubEnv('PATH', mkdtempSync(join(tmpdir(), 'attestlab-empty-')));
    vi.stubEnv('JAVA_HOME', undefined);
    const run = reportedRun(sampleRecord(['a/b']), sampleJournal([outcomeEntry('a/b', met)]));
    const { files, notes, errors } = writeReports(run, { folder, appraised: () => null });
    vi.unstubAllEnvs();
    expect(files).toEqual(['junit.xml', 'matrix.html', 'allure-results', 'summary.md']);
    expect(errors).toEqual([]);
    const why = 'Allure page not rendered: Java was not found (apt-get install';
    expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain(why);
    expect(terminalTable({ ...run, notes }).replace(/\n\s*/g, ' ')).toContain(why);
  });

  it('says of results that are not there that it made no page of them', () => {
    const empty = mkdtempSync(join(tmpdir(), 'attestlab-empty-'));
    const { files, notes } = allurePageReport.write(reportedRun(sampleRecord([]), []), empty, none);
    expect(files).toEqual([]);
    expect(notes?.[0]).toMatch(/^Allure page not rendered: .*allure-results does not exist/);
  });
});

describe.skipIf(!hasJava())('the Allure page, rendered by Java', () => {
  it('is one file for its owner, and shows a class over nights though its unit is swapped', () => {
    const first = night('20261121T220000Z-000000', 'pixel', met);
    expect(renderAllurePage(first, process.env)).toMatchObject({ rendered: true });
    const page = join(first, 'allure-report', 'index.html');
    expect(statSync(page).mode & 0o077).toBe(0);

    // A night without a page leaves no gap.
    night('20261122T220000Z-000000', 'galaxy', met);
    const third = night('20261123T220000Z-000000', 'galaxy', falseAccept);
    renderAllurePage(third, process.env);
    const history = embeddedHistory(
      readFileSync(join(third, 'allure-report', 'index.html'), 'utf8'),
    ).get('history.json');
    const tests = Object.values(JSON.parse(history ?? '{}') as Record<string, unknown>);
    expect(tests).toMatchObject([{ items: [{ status: 'failed' }, { status: 'passed' }] }]);
  }, 60_000);
});

describe.skipIf(!hasJava())('the Allure generator', () => {
  /** Counts the connections that Java tries to make in an act; each is led to a listener. */
  async function connections(act: (javaOptions: string) => unknown): Promise<number> {
    let count = 0;
    const server = createServer((socket) => {
      count += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    // The name resolves without DNS, to an address of no machine (RFC 5737).
    const hosts = join(reports, 'hosts');
    writeFileSync(hosts, '192.0.2.1 www.google-analytics.com\n');
    await act(`-DsocksProxyHost=127.0.0.1 -DsocksProxyPort=${port} -Djdk.net.hosts.file=${hosts}`);
    // What the kernel took while this process was blocked is counted too.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await new Promise((resolve) => server.close(resolve));
    return count;
  }
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name !== 'ALLURE_NO_ANALYTICS'),
  );
  const folder = night('20261125T220000Z-000000', 'pixel', met);

  it('makes no connection', async () => {
    const count = await connections((options) => {
      const page = renderAllurePage(folder, { ...environment, ALLURE_OPTS: options });
      expect(page).toMatchObject({ rendered: true });
    });
    expect(count).toBe(0);
  }, 60_000);

  it('would make one if it were let, which the test above would see', async () => {
    const allure = createRequire(import.meta.url).resolve('allure-commandline/dist/bin/allure');
    const results = join(folder, 'allure-results');
    const count = await connections(async (options) => {
      const child = spawn(allure, ['generate', results, '--output', join(folder, 'page')], {
        env: { ...environment, ALLURE_OPTS: options },
        stdio: 'ignore',
      });
      await once(child, 'close');
    });
    expect(count).toBeGreaterThan(0);
  }, 60_000);
});
