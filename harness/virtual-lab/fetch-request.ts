import { LIMITS } from '../probe/limits.js';

const FETCH_TIMEOUT_MS = 10_000;

/** The text under a one-time URL; null where it cannot be had, or is longer than a request may be. */
export async function fetchRequest(url: string): Promise<string | null> {
  try {
    const response = await fetch(url, {
      redirect: 'error',
      credentials: 'omit',
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    });
    if (response.status !== 200 || response.body === null) return null;
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > LIMITS.requestBytes) return null;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } catch {
    return null;
  }
}
