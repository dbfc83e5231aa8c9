import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { askLibrary, type LibraryPeer } from './peer.js';
import { adapterVectorSchema, type AdapterResult } from './protocol.js';

/** Serves a library peer as an adapter: a result a line, in the order of the vectors. */
export async function serve(
  peer: LibraryPeer,
  { input, output }: { readonly input: Readable; readonly output: Writable },
): Promise<void> {
  for await (const line of createInterface({ input })) {
    if (line.trim() === '') continue;
    output.write(`${JSON.stringify(await answerTo(line, peer))}\n`);
  }
}

async function answerTo(line: string, peer: LibraryPeer): Promise<AdapterResult> {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { id: null, verdict: 'unsupported', reason: `no JSON: ${reason}` };
  }
  const parsed = adapterVectorSchema.safeParse(json);
  if (parsed.success) return askLibrary(peer, parsed.data);
  const [issue] = parsed.error.issues;
  return {
    id: idOf(json),
    verdict: 'unsupported',
    reason: `no vector: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  };
}

function idOf(json: unknown): string | null {
  if (typeof json !== 'object' || json === null || !('id' in json)) return null;
  return typeof json.id === 'string' ? json.id : null;
}
