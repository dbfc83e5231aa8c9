import { ELEMENTS } from '../../../harness/probe/limits.js';
import { requestOf } from './probe-request.js';
import type { RecordedCommand } from './recording.js';

/**
 * For each command, the id of the request whose answer it was the first to see, or null. Those reads
 * are repeated until they see it again: a phone that is hurried on would do less than it did before.
 */
export function answeredReads(commands: readonly RecordedCommand[]): readonly (string | null)[] {
  let current: string | null = null;
  return commands.map((command, index) => {
    current = requestOf(command)?.id ?? current;
    const next = commands[index + 1];
    const isLast = next !== undefined && reads(next, ELEMENTS.page);
    return isLast && reads(command, ELEMENTS.state) ? current : null;
  });
}

/** Whether the probe's state says that it has answered this request. */
export function showsAnswer(state: string, id: string): boolean {
  const { state: word, id: shown } = Object(parseJson(state)) as { state?: unknown; id?: unknown };
  return word === 'done' && shown === id;
}

// An element's id is its accessibility id at the virtual lab's driver, and nowhere else.
function reads({ method, path }: RecordedCommand, accessibilityId: string): boolean {
  const id = Buffer.from(accessibilityId).toString('base64url');
  return method === 'GET' && path === `/element/${id}/text`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
