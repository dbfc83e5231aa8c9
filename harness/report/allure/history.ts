import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RUN_FILES, runRecordSchema } from '../record.js';

const EMBEDDED = /d\('history\/([a-z-]+\.json)'\s*,\s*'([A-Za-z0-9+/=]*)'\)/g;

/**
 * The history that the last rendered page of the same lab holds, by file name. It is taken from the
 * page itself: a night without Java leaves no page and so no gap, and nothing has to be kept in step
 * with the runs that a lab deletes.
 */
export function historyBefore(runFolder: string, lab: string): ReadonlyMap<string, string> {
  const runs = dirname(runFolder);
  const earlier = existsSync(runs)
    ? readdirSync(runs)
        .filter((id) => id < basename(runFolder))
        .sort()
        .reverse()
    : [];
  for (const id of earlier) {
    const page = join(runs, id, RUN_FILES.allurePage);
    if (!existsSync(page) || labOf(join(runs, id)) !== lab) continue;
    const files = embeddedHistory(readFileSync(page, 'utf8'));
    if (files.size > 0) return files;
  }
  return new Map();
}

/** The history files that a page of one file carries in itself. */
export function embeddedHistory(page: string): ReadonlyMap<string, string> {
  return new Map(
    [...page.matchAll(EMBEDDED)].map(([, name = '', text = '']) => [
      name,
      Buffer.from(text, 'base64').toString('utf8'),
    ]),
  );
}

// A folder that is no run, or one of another release, has no history for this one.
function labOf(folder: string): string | null {
  const file = join(folder, RUN_FILES.record);
  if (!existsSync(file)) return null;
  try {
    return runRecordSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).lab;
  } catch {
    return null;
  }
}
