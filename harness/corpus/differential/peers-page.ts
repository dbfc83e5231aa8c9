import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { productRoot } from '../../product.js';
import { LIBRARY_PEERS } from './adapters/library-peers.js';
import { compare, countByFormat, type Comparison } from './compare.js';
import { PEER_NOTES, type NoteKind, type PeerNote } from './notes.js';
import { askLibrary } from './peer.js';
import { adapterResultSchema, type AdapterVector } from './protocol.js';
import type { Question } from './questions.js';
import { SHIPPED_PEERS, type ShippedPeer } from './shipped-peers.js';

/** Answers of peers that cannot run wherever the page is made, with what they were asked. */
export const recordedAnswersSchema = z.record(
  z.string(),
  z.record(
    z.string(),
    z.strictObject({
      /** SHA-256 of the vector's line: an answer to another one is none. */
      asked: z.string(),
      ...adapterResultSchema.omit({ id: true }).shape,
    }),
  ),
);

/** Where those answers are kept. */
export const RECORDED_ANSWERS = join(productRoot, 'tools', 'peers', 'jvm-answers.json');

const KINDS: Readonly<Record<NoteKind, string>> = {
  defect: 'Defects',
  caller: 'Left to the caller',
  'no-setting': 'Cannot be told, or is older',
  stricter: 'Not wrong: we are stricter',
};

/** The page about the shipped peers on our own corpus; throws where a disagreement has no note. */
export async function peersPage(questions: readonly Question[]): Promise<string> {
  const sections: string[] = [];
  const rows: string[] = [];
  for (const peer of SHIPPED_PEERS) {
    const comparisons = await comparisonsOf(peer, questions);
    rows.push(...rowsOf(peer, comparisons));
    sections.push(sectionOf(peer, comparisons));
  }
  return `${[HEAD, ...rows].join('\n')}\n\n${sections.join('\n')}`;
}

/** What a vector is known by in the recorded answers. */
export function digestOf(vector: AdapterVector): string {
  return createHash('sha256').update(JSON.stringify(vector)).digest('hex');
}

async function comparisonsOf(
  peer: ShippedPeer,
  questions: readonly Question[],
): Promise<readonly Comparison[]> {
  // In the order of the peer's formats, whatever order the files came in.
  const wanted = peer.formats.flatMap((of) => questions.filter(({ format }) => format === of));
  const load = LIBRARY_PEERS.get(peer.name);
  const library = load === undefined ? null : await load();
  const recorded = recordedAnswersSchema.parse(JSON.parse(readFileSync(RECORDED_ANSWERS, 'utf8')));
  const ask = async (vector: AdapterVector) => {
    if (library !== null) return askLibrary(library, vector);
    const answer = recorded[peer.name]?.[vector.id];
    return answer?.asked === digestOf(vector)
      ? answer
      : { verdict: 'unsupported' as const, reason: 'not asked since the vector changed' };
  };
  const found: Comparison[] = [];
  for await (const one of compare({ name: peer.name, ask }, wanted)) found.push(one);
  return found;
}

function rowsOf({ name, version }: ShippedPeer, comparisons: readonly Comparison[]) {
  return [...countByFormat(comparisons)].map(
    ([format, counts]) =>
      `| ${name} ${version} | ${format} | ${counts.agree} | ${counts['false-accept']} | ` +
      `${counts['false-reject']} | ${counts.unsupported} |`,
  );
}

function sectionOf({ name, version }: ShippedPeer, comparisons: readonly Comparison[]): string {
  const said = PEER_NOTES.get(name);
  if (said === undefined) throw new Error(`no notes on ${name}`);
  const disagreements = comparisons.filter(({ outcome }) => outcome.startsWith('false-'));
  const silent = disagreements.find(({ id }) => said.notes.filter(isAbout(id)).length !== 1);
  if (silent !== undefined) throw new Error(`${name}: not one note on ${silent.id}`);
  const unasked = comparisons.some(({ theirs }) => theirs.reason.startsWith('not asked'));
  const stale = said.notes.find(({ vectors }) =>
    vectors.some((start) => !disagreements.some(({ id }) => id.startsWith(start))),
  );
  if (stale !== undefined && !unasked)
    throw new Error(`${name}: nothing is left of: ${stale.text}`);
  const parts = Object.entries(KINDS).flatMap(([kind, title]) => {
    const notes = said.notes.filter((note) => note.kind === kind);
    return notes.length === 0
      ? []
      : [`**${title}**\n`, ...notes.map((note) => noteText(note, disagreements)), ''];
  });
  return `## ${name} ${version}\n\nCalled: ${said.called}\n\n${parts.join('\n')}`;
}

function noteText({ text, vectors }: PeerNote, disagreements: readonly Comparison[]): string {
  const about = disagreements.filter(({ id }) => vectors.some((start) => id.startsWith(start)));
  const ids = about.map(
    ({ id, outcome }) => `  - ${outcome === 'false-accept' ? 'accepts' : 'refuses'} \`${id}\``,
  );
  return [`- ${text}`, ...ids].join('\n');
}

function isAbout(id: string): (note: PeerNote) => boolean {
  return ({ vectors }) => vectors.some((start) => id.startsWith(start));
}

const HEAD = `# Public verifiers on this corpus

Generated by \`npm run generate\` from what the verifiers answer; the notes say what a disagreement
means, and there is none without one. To see both sides' words, and to ask your own verifier:

\`\`\`console
npx attestlab differential
\`\`\`

A _false accept_ is of a vector that must be refused under its policy, a _false reject_ of a good
one. This corpus has a vector for every check of ours, so it counts every demand that a library does
not make, whoever is to make it: **figures compare no two libraries**, and say nothing of how often
evidence of that kind comes. Only what stands under _Defects_ is one. Ours is right here by making:
the corpus is ours. An answer of a verifier on the JVM is recorded (\`npm run peers:record\`); one to
a vector that has changed since counts as unsupported.

| verifier | format | agrees | false accepts | false rejects | unsupported |
| --- | --- | ---: | ---: | ---: | ---: |`;
