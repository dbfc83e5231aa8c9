/// <reference types="@wdio/globals/types" />
import { browser } from '@wdio/globals';
import { startRequestHost } from '../../../harness/probe/request-host.js';
import { recordingFromEnv } from './recording.js';
import { replay } from './replay.js';

declare const it: (title: string, body: () => Promise<void>) => void;

it('sends what the nightly sent to this phone', async () => {
  const { 'appium:udid': udid } = browser.requestedCapabilities as { 'appium:udid'?: unknown };
  const recorded = recordingFromEnv(process.env).phones.find(
    ({ settings }) => settings.capabilities['appium:udid'] === udid,
  );
  if (recorded === undefined) throw new Error(`nothing was recorded for ${String(udid)}`);
  const requests = await startRequestHost();
  try {
    await replay(browser, recorded.commands, requests);
  } finally {
    await requests.close();
  }
});
