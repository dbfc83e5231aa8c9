import { z } from 'zod';
import { logText, type Witness } from './witness.js';

/** What of a session is asked for a witness. */
export interface WitnessSession {
  takeScreenshot(): Promise<unknown>;
  getLogs(type: string): Promise<unknown>;
}

/** A screenshot of a large tablet is smaller; the control API takes no more. */
const MOST_SCREENSHOT_CHARACTERS = 3 * 1024 * 1024;

const entries = z.array(z.object({ timestamp: z.number(), message: z.string() }));

/** What a session gives of a phone: its screen, and its log as its platform calls it. */
export async function witnessOf(
  session: WitnessSession,
  platform: 'android' | 'ios',
): Promise<Witness> {
  const [screenshot, log] = await Promise.all([
    orNull(async () =>
      z
        .base64()
        .max(MOST_SCREENSHOT_CHARACTERS)
        .parse(await session.takeScreenshot()),
    ),
    orNull(async () => {
      const found = entries.parse(
        await session.getLogs(platform === 'android' ? 'logcat' : 'syslog'),
      );
      return logText(
        found.map(({ timestamp, message }) => ({ at: new Date(timestamp), text: message })),
      );
    }),
  ]);
  return { screenshot, log };
}

// A driver that has no such command, or a screen that may not be shown, is no news about the story.
async function orNull<Value>(ask: () => Promise<Value>): Promise<Value | null> {
  try {
    return await ask();
  } catch {
    return null;
  }
}
