import { AxeBuilder } from '@axe-core/playwright';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeAllureResults } from './allure/allure-report.js';
import { renderAllurePage } from './allure/page.js';
import { maskRun } from './masking.js';
import { matrixPage } from './matrix/page.js';
import { chromiumPath, hasJava } from './testing/programs.js';
import { wideRun } from './testing/wide-run.js';
import { none } from './allure/testing/written-results.js';

const executablePath = chromiumPath();
const WIDTHS = [360, 768, 1440];

describe.skipIf(executablePath === null)('in Chromium,', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attestlab-pages-'));
  const run = maskRun(wideRun());
  let browser: Browser;
  let proxy: Server;
  let asked: string[] = [];

  beforeAll(async () => {
    // Whatever the browser wants of any host, it asks this proxy, which notes it and answers nothing.
    proxy = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (bytes) => {
        const [line = ''] = bytes.toString('latin1').split('\r\n');
        // Its makers are asked for the browser's own sake, whatever page is open.
        if (!/[a-z.-]+\.(?:google|googleapis|gvt1|gstatic)\.com/.test(line)) asked.push(line);
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => {
      proxy.listen(0, '127.0.0.1', resolve);
    });
    const address = proxy.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    browser = await chromium.launch({
      ...(executablePath === null ? {} : { executablePath }),
      args: [
        ...['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
        ...['--disable-component-update', '--disable-sync', '--no-first-run'],
        ...[`--proxy-server=127.0.0.1:${port}`, '--proxy-bypass-list=<-loopback>'],
      ],
    });
    writeFileSync(join(folder, 'matrix.html'), matrixPage(run));
    writeFileSync(join(folder, 'few.html'), matrixPage(maskRun(wideRun({}))));
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    proxy.close();
  });

  /** Opens a file with the network watched; `requests` are those that would leave the machine. */
  async function open(
    file: string,
    options: { readonly width?: number; readonly dark?: boolean } = {},
  ): Promise<{ readonly page: Page; readonly requests: readonly string[] }> {
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1440, height: 900 },
      colorScheme: options.dark === true ? 'dark' : 'light',
    });
    const page = await context.newPage();
    const requests: string[] = [];
    page.on('request', (request) => {
      if (!/^(?:file|data|blob):/.test(request.url())) requests.push(request.url());
    });
    await page.goto(pathToFileURL(join(folder, file)).href);
    return { page, requests };
  }

  describe('the matrix page', () => {
    it('asks the network for nothing, with every cell opened', async () => {
      asked = [];
      const { page, requests } = await open('matrix.html');
      await page.evaluate(openAll);
      await page.waitForTimeout(300);
      expect(requests).toEqual([]);
      expect(asked).toEqual([]);
    });

    it('is watched by a network that would see a request', async () => {
      asked = [];
      const { page, requests } = await open('matrix.html');
      await page.goto('http://attestlab.invalid/').catch(() => undefined);
      expect(requests).toEqual(['http://attestlab.invalid/']);
      expect(asked[0]).toContain('attestlab.invalid');
    });

    it.each([
      [360, false],
      [768, true],
      [1440, false],
    ] as const)(
      'passes axe at %i px (dark: %s), with a cell and its checks opened',
      async (width, dark) => {
        // Axe takes minutes for many elements, and finds no more in fifty that are alike.
        const { page } = await open('few.html', { width, dark });
        await page.locator('.cell > details > summary').nth(3).click();
        await page.locator('details[open] details.more > summary').first().click();
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
      },
      120_000,
    );

    it.each(WIDTHS)(
      'needs no scrolling to the side at %i px, and cuts no word off',
      async (width) => {
        const { page } = await open('matrix.html', { width });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        const cut: unknown = await page.evaluate(cutOff);
        expect(cut).toEqual([]);
        expect(await page.evaluate(costOverflow)).toBe(0);
      },
    );

    it('lists the keys whose traffic raised signals, each signal with its reason', async () => {
      const { page } = await open('few.html', { width: 360 });
      const risk = page.locator('section.risk');
      expect(await risk.locator('> p').innerText()).toMatch(/^([1-9][0-9]*) of \1 keys/);
      const reason = risk.getByText('13 of 27 counters').first();
      expect(await reason.isVisible()).toBe(false);
      await risk.locator('details > summary').first().click();
      expect(await reason.isVisible()).toBe(true);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    });

    it('opens a cell by keyboard, and closes the one beside it', async () => {
      const { page } = await open('matrix.html');
      const cells = page.locator('.row:nth-child(2) .cell > details');
      await cells.nth(3).locator('> summary').focus();
      await page.keyboard.press('Enter');
      expect(await cells.nth(3).getAttribute('open')).not.toBeNull();
      expect(await cells.nth(3).locator('.panel').isVisible()).toBe(true);
      await page.keyboard.press('Tab');
      await cells.nth(0).locator('> summary').press('Space');
      expect(await cells.nth(3).getAttribute('open')).toBeNull();
    });

    it('tells each state in words too, and shows hostile text as text', async () => {
      const { page } = await open('matrix.html');
      const words = await page.locator('.cell > details > summary .headline').allInnerTexts();
      expect(words.filter((word) => word.trim() === '')).toEqual([]);
      expect(words).toContain('1 false accept');
      await page.evaluate(openAll);
      expect(await page.locator('script').count()).toBe(0);
      expect(await page.locator('body').innerText()).toContain('<script>alert(1)</script>');
    });
  });

  describe.skipIf(!hasJava())('the Allure page', () => {
    it('shows every result, and asks the network for nothing', async () => {
      writeAllureResults(run, folder, { evidence: none, environment: {} });
      expect(renderAllurePage(folder, process.env)).toMatchObject({ rendered: true });
      asked = [];
      const { page, requests } = await open('allure-report/index.html');
      for (const tab of ['#suites', '#categories', '#graph', '#timeline', '#behaviors', '#']) {
        await page.evaluate(`location.hash = ${JSON.stringify(tab)}`);
        await page.waitForTimeout(300);
      }
      const results = 8 * 55;
      expect(await page.locator('body').innerText()).toContain(String(results));
      expect(requests).toEqual([]);
      expect(asked).toEqual([]);
    }, 120_000);
  });
});

// Runs in the page. Cells of a row close one another, so that their names are taken off first.
const openAll = `for (const details of document.querySelectorAll('details')) {
  details.removeAttribute('name');
  details.open = true;
}`;

// Runs in the page: by how much the latencies are wider than the place they have.
const costOverflow = `(() => {
  const place = document.querySelector('.cost .scroll');
  return place.scrollWidth - place.clientWidth;
})()`;

// Runs in the page: texts that are wider than the place they have.
const cutOff = `[...document.querySelectorAll('.headline, .mix, .class, .heads > div')]
  .filter((element) => element.scrollWidth > element.clientWidth + 1)
  .map((element) => element.textContent)`;
