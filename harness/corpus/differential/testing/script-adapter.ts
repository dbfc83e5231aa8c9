import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a small adapter does with a line; `text` is the line, `say` writes one. */
export type AdapterBody = string;

/** Answers every vector with `verdict`, and keeps every rule. */
export function answering(verdict: string): AdapterBody {
  return `
    let vector;
    try { vector = JSON.parse(text); } catch { say({ id: null, verdict: 'unsupported', reason: 'no JSON' }); continue; }
    const known = vector.format === 'csr';
    say({ id: vector.id, verdict: known ? ${verdict} : 'unsupported', reason: 'said so' });
  `;
}

/** Writes an adapter as a script, and answers its path; `folder` is the caller's to remove. */
export function scriptAdapter(body: AdapterBody, after = ''): { folder: string; script: string } {
  const folder = mkdtempSync(join(tmpdir(), 'attestlab-adapter-'));
  const script = join(folder, 'adapter.mjs');
  writeFileSync(
    script,
    `import { createInterface } from 'node:readline';
    const say = (result) => process.stdout.write(JSON.stringify(result) + '\\n');
    for await (const text of createInterface({ input: process.stdin })) {${body}}
    ${after}`,
  );
  return { folder, script };
}
