import type { AdapterProcess } from './adapter-process.js';
import type { Peer } from './peer.js';
import { ALL_FORMATS, type AdapterResult } from './protocol.js';
import type { Question } from './questions.js';

/** Whether an adapter keeps one rule of the protocol. */
export interface ConformanceFinding {
  readonly rule: string;
  /** Null where the rule is kept; else what came instead. */
  readonly problem: string | null;
}

/** What every adapter of a format must see: a good vector, and one that nobody may accept. */
const FORGERIES: Readonly<Record<Question['format'], string>> = {
  'android-key': 'android-key/sole-failure/challenge-matches/last-bit',
  'app-attest-attestation': 'app-attest-attestation/sole-failure/nonce-matches/last-bit',
  'app-attest-assertion': 'app-attest-assertion/sole-failure/signature-verifies/other-key',
  'app-attest-receipt': 'app-attest-receipt/sole-failure/signature-verifies/other-key',
  csr: 'csr/sole-failure/signature-verifies/other-key',
  'signed-request': 'signed-request/sole-failure/signature-verifies/body-bit',
  'play-integrity': 'play-integrity/sole-failure/signature-verifies/other-key',
};

/**
 * Tests an adapter by the rules of the protocol, with vectors of our own corpus. Its verdicts on
 * all else are its own; these few decide whether it judges at all. Throws where it breaks.
 */
export async function conform(
  peer: Peer & Partial<Pick<AdapterProcess, 'askLine'>>,
  corpus: readonly Question[],
): Promise<readonly ConformanceFinding[]> {
  const findings: ConformanceFinding[] = [];
  let judged = 0;
  for (const format of ALL_FORMATS) {
    const good = corpus.filter((one) => one.format === format && one.expected.isAccepted);
    const answers = [];
    for (const { vector } of good) answers.push(await peer.ask(vector));
    if (answers.every(({ verdict }) => verdict === 'unsupported')) continue;
    judged += 1;
    findings.push({
      rule: `accepts a good vector of ${format}`,
      problem: answers.some(({ verdict }) => verdict === 'accepted')
        ? null
        : `said of ${good[0]?.id ?? ''}: ${text(answers[0])}`,
    });
    const forgery = corpus.find(({ id }) => id === FORGERIES[format]);
    if (forgery === undefined) throw new Error(`the corpus has no ${FORGERIES[format]}`);
    const answer = await peer.ask(forgery.vector);
    findings.push({
      rule: `rejects a forged vector of ${format}`,
      problem: answer.verdict === 'rejected' ? null : `said of ${forgery.id}: ${text(answer)}`,
    });
  }
  findings.unshift({
    rule: 'judges at least one format',
    problem: judged > 0 ? null : 'every good vector is unsupported',
  });
  return [...findings, ...(await keepsLines(peer, corpus))];
}

// What no HTTP client can send, only a process is asked.
async function keepsLines(
  { askLine }: Partial<Pick<AdapterProcess, 'askLine'>>,
  [first]: readonly Question[],
): Promise<readonly ConformanceFinding[]> {
  if (askLine === undefined || first === undefined) return [];
  const foreign = { ...first.vector, id: 'of-a-later-format', format: 'of-a-later-version' };
  const later = await askLine(JSON.stringify(foreign));
  const malformed = await askLine('{"version": 1, "id": ');
  const after = await askLine(JSON.stringify(first.vector));
  return [
    {
      rule: 'says unsupported, with its id, of a format that it does not know',
      problem: isUnsupported(later, 'of-a-later-format') ? null : `said ${text(later)}`,
    },
    {
      rule: 'says unsupported, with the id null, of a line that is no JSON',
      problem: isUnsupported(malformed, null) ? null : `said ${text(malformed)}`,
    },
    {
      rule: 'goes on after such a line',
      problem: after.id === first.vector.id ? null : `said ${text(after)}`,
    },
  ];
}

function isUnsupported({ id, verdict }: AdapterResult, wanted: string | null): boolean {
  return id === wanted && verdict === 'unsupported';
}

function text(result: AdapterResult | undefined): string {
  return JSON.stringify(result);
}
