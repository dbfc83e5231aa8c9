import { equalBytes } from '../encoding/bytes.js';
import { readCertificate, type Certificate } from '../encoding/certificate.js';
import { EXIT, HarnessError } from '../errors.js';
import { loadPolicy } from '../run/load-policy.js';
import { recordedAuthorities } from '../run/recorded-authorities.js';
import { loadTrust, loadUpkeep, type TrustSet } from '../trust/index.js';
import { staleness } from './doctor/trust.js';
import { readPemChain } from './input-files.js';
import { moment } from './moment.js';
import { wrapped, type Terminal } from './terminal.js';
import { anchorFacts, folderOf, type TrustOptions } from './trust-command.js';

/** What `trust lint` takes. */
export interface LintOptions extends TrustOptions {
  readonly at?: string;
  /** Left out: as the trust folder says. */
  readonly withinDays?: string;
  readonly maxAgeDays?: string;
  /** A policy, of which the oldest status list that it allows is demanded. */
  readonly policy?: string;
  /** PEM files of chains in use, whose authorities are watched too. */
  readonly chain?: readonly string[];
  /** Runs whose accepted evidence shows which authorities are in use. */
  readonly run?: readonly string[];
}

const DAY_MS = 86_400_000;

/** An authority in use, and by what it is known. */
interface InUse {
  readonly certificate: Certificate;
  readonly known: string;
}

/** Says what will stop working: anchors and authorities near their end, and a list that is too old. */
export function trustLint(options: LintOptions, terminal: Terminal): number {
  const folder = folderOf(options);
  const trust = loadTrust(folder);
  const { watched, alertDays } = loadUpkeep(folder);
  const now = options.at === undefined ? new Date() : moment(options.at, { name: '--at' });
  const asked = options.withinDays === undefined ? null : days(options.withinDays, '--within-days');
  const inUse: readonly InUse[] = [
    ...watched.map(({ name, certificate }) => ({
      certificate,
      known: `watched by the trust folder as ${name}`,
    })),
    ...(options.chain ?? []).flatMap((file) =>
      // The leaf's own dates say nothing.
      readPemChain(file)
        .slice(1)
        .map((der) => ({ certificate: readCertificate(der), known: `in ${file}` })),
    ),
    ...(options.run ?? []).flatMap((run) =>
      recordedAuthorities(run).map((certificate) => ({ certificate, known: `met in run ${run}` })),
    ),
  ];
  const problems = [
    ...endingAnchors(trust, { now, withinDays: asked ?? alertDays.anchors }),
    ...endingAuthorities(trust, inUse, { now, withinDays: asked ?? alertDays.authorities }),
    ...staleList(trust, { now, maxAgeDays: maxAgeDaysOf(options) }),
  ];
  if (options.json === true) terminal.out(`${JSON.stringify({ problems }, null, 2)}\n`);
  else terminal.out(problems.length === 0 ? 'nothing to do\n' : problems.map(line).join(''));
  return problems.length === 0 ? EXIT.passed : EXIT.usage;
}

interface Window {
  readonly now: Date;
  readonly withinDays: number;
}

function endingAnchors(trust: TrustSet, window: Window): readonly string[] {
  return anchorFacts(trust).anchors.flatMap(({ name, validTo }) => {
    const notAfterMs = Date.parse(validTo);
    return notAfterMs < endMsOf(window) ? [ending(name, notAfterMs, window)] : [];
  });
}

/**
 * Authorities that end within the window. One with an anchor's key is judged with the anchor, which may
 * have several certificates. One that lives no longer than the window is renewed by its vendor as a
 * matter of course, as those of remotely provisioned keys are: it would be reported from its first day.
 */
function endingAuthorities(
  { androidAnchors, appAttestAnchors, receiptAnchors }: TrustSet,
  inUse: readonly InUse[],
  window: Window,
): readonly string[] {
  const anchors = [...androidAnchors, ...appAttestAnchors, ...receiptAnchors];
  const problems = inUse.flatMap(({ certificate, known }) => {
    const { notBeforeMs, notAfterMs, subject, spki } = certificate;
    const isAnchor = anchors.some((anchor) => equalBytes(anchor.spki, spki));
    const isShortLived = notAfterMs - notBeforeMs <= window.withinDays * DAY_MS;
    if (isAnchor || isShortLived || notAfterMs >= endMsOf(window)) return [];
    return [`${ending(subject.text, notAfterMs, window)}, ${known}`];
  });
  return [...new Set(problems)];
}

function staleList(
  trust: TrustSet,
  { now, maxAgeDays }: { readonly now: Date; readonly maxAgeDays: number | null },
): readonly string[] {
  const stale = maxAgeDays === null ? null : staleness(trust, { now, maxAgeDays });
  return stale === null ? [] : [stale];
}

function maxAgeDaysOf({ maxAgeDays, policy }: LintOptions): number | null {
  if (maxAgeDays !== undefined) return days(maxAgeDays, '--max-age-days');
  if (policy === undefined) return null;
  const asked = loadPolicy(policy, { by: '--policy', code: 'ERR_USAGE' });
  return asked.policy.androidKey.revocationMaxAgeDays;
}

function ending(name: string, notAfterMs: number, { now }: Window): string {
  const word = notAfterMs < now.getTime() ? 'expired' : 'expires';
  return `${name}: ${word} ${new Date(notAfterMs).toISOString()}`;
}

function endMsOf({ now, withinDays }: Window): number {
  return now.getTime() + withinDays * DAY_MS;
}

function line(problem: string): string {
  return wrapped(problem, { first: '', next: '  ' });
}

function days(text: string, name: string): number {
  if (!/^\d{1,5}$/.test(text)) {
    throw new HarnessError('ERR_USAGE', `${name}: "${text}" is no whole number of days`);
  }
  return Number(text);
}
