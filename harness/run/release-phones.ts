import { HarnessError } from '../errors.js';
import type { Journal } from './journal.js';
import { removeProbe } from './probe-app.js';
import { workerCapabilitiesSchema } from './session-capabilities.js';
import type { WdioSettings } from './wdio-settings.js';

/** A phone that does not answer must not hold up the end of a run. */
const RELEASE_TIMEOUT_MS = 10_000;

/**
 * Takes the probe off each phone whose worker did not live to do so. The keys go with the app on
 * Android; an iPhone's keychain outlives it, and the next run's `reset` clears it.
 */
export async function releasePhones(run: {
  readonly settings: WdioSettings;
  /** Phones that their workers have released. */
  readonly released: ReadonlySet<string>;
  readonly journal: Pick<Journal, 'keep'>;
}): Promise<void> {
  const open = run.settings.phones.filter(({ alias }) => !run.released.has(alias));
  await Promise.all(
    open.map(async (phone) => {
      try {
        await releasePhone(phone);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const failure = { code: 'ERR_DEVICE_LOST', message: `not released: ${message}` };
        run.journal.keep({ type: 'error', phone: phone.alias, scenario: null, ...failure });
      }
    }),
  );
}

async function releasePhone(phone: WdioSettings['phones'][number]): Promise<void> {
  const { alias, capabilities, ...connection } = phone;
  const work = async (): Promise<void> => {
    const { remote } = await import('webdriverio');
    const session = await remote({
      ...connection,
      capabilities,
      logLevel: 'silent',
      connectionRetryCount: 0,
      connectionRetryTimeout: RELEASE_TIMEOUT_MS,
    });
    try {
      await removeProbe(session, workerCapabilitiesSchema.parse(capabilities)['attestlab:phone']);
    } finally {
      await session.deleteSession();
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new HarnessError('ERR_DEVICE_LOST', `${alias} did not answer in time`));
    }, RELEASE_TIMEOUT_MS);
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
