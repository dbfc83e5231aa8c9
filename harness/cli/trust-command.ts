import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { toHex } from '../encoding/bytes.js';
import { readCertificate } from '../encoding/certificate.js';
import { EXIT, HarnessError } from '../errors.js';
import { productRoot } from '../product.js';
import { loadTrust, type TrustAnchor, type TrustSet } from '../trust/index.js';
import { staleness } from './doctor/trust.js';
import { readPemChain } from './input-files.js';
import { moment } from './moment.js';
import { wrapped, type Terminal } from './terminal.js';

/** What both verbs take. */
export interface TrustOptions {
  /** A trust folder; the one that the product ships where it is left out. */
  readonly trust?: string;
  readonly json?: true;
}

/** What `trust lint` takes beside that. */
export interface LintOptions extends TrustOptions {
  readonly at?: string;
  readonly withinDays: string;
  readonly maxAgeDays?: string;
  /** PEM files of chains in use, whose authorities are watched too. */
  readonly chain?: readonly string[];
}

const DAY_MS = 86_400_000;

/** Checks a trust folder and shows its anchors, when they expire, and its status list. */
export function trustShow(options: TrustOptions, terminal: Terminal): number {
  const facts = factsOf(loadTrust(folderOf(options)));
  terminal.out(options.json === true ? `${JSON.stringify(facts, null, 2)}\n` : textOf(facts));
  return EXIT.passed;
}

/** Says what will stop working: anchors near their end, and a status list that is too old. */
export function trustLint(options: LintOptions, terminal: Terminal): number {
  const trust = loadTrust(folderOf(options));
  const now = options.at === undefined ? new Date() : moment(options.at, { name: '--at' });
  const withinDays = days(options.withinDays, '--within-days');
  const endMs = now.getTime() + withinDays * DAY_MS;
  const ending = factsOf(trust).anchors.filter(({ validTo }) => Date.parse(validTo) < endMs);
  const stale =
    options.maxAgeDays === undefined
      ? null
      : staleness(trust, { now, maxAgeDays: days(options.maxAgeDays, '--max-age-days') });
  const problems = [
    ...[...ending, ...endingAuthorities(options.chain ?? [], endMs)].map(
      ({ name, validTo }) =>
        `${name}: ${Date.parse(validTo) < now.getTime() ? 'expired' : 'expires'} ${validTo}`,
    ),
    ...(stale === null ? [] : [stale]),
  ];
  if (options.json === true) terminal.out(`${JSON.stringify({ problems }, null, 2)}\n`);
  else terminal.out(problems.length === 0 ? 'nothing to do\n' : problems.map(line).join(''));
  return problems.length === 0 ? EXIT.passed : EXIT.usage;
}

// A vendor's intermediates end before its roots do; the leaf's own dates say nothing.
function endingAuthorities(files: readonly string[], endMs: number) {
  const authorities = files
    .flatMap((file) => readPemChain(file).slice(1))
    .map((certificate) => readCertificate(certificate))
    .filter(({ notAfterMs }) => notAfterMs < endMs)
    .map(({ subject, notAfterMs }) => ({
      name: subject.text,
      validTo: new Date(notAfterMs).toISOString(),
    }));
  return [...new Map(authorities.map((one) => [`${one.name} ${one.validTo}`, one])).values()];
}

interface TrustFacts {
  readonly anchors: readonly {
    readonly use: string;
    readonly name: string;
    readonly spkiSha256: string;
    /** The latest end of the key's certificates: one key may have several. */
    readonly validTo: string;
  }[];
  readonly revocation: { readonly entries: number; readonly takenAt: string | null } | null;
}

function factsOf(trust: TrustSet): TrustFacts {
  const group = (use: string, anchors: readonly TrustAnchor[]): TrustFacts['anchors'] =>
    anchors.map(({ name, spki, certificates }) => ({
      ...{ use, name, spkiSha256: toHex(createHash('sha256').update(spki).digest()) },
      validTo: new Date(
        Math.max(...certificates.map((der) => readCertificate(der).notAfterMs)),
      ).toISOString(),
    }));
  const { revocation } = trust;
  return {
    anchors: [
      ...group('android', trust.androidAnchors),
      ...group('app-attest', trust.appAttestAnchors),
      ...group('receipts', trust.receiptAnchors),
    ],
    revocation:
      revocation?.usable === true
        ? {
            entries: revocation.entries.size,
            takenAt:
              revocation.takenAtMs === null ? null : new Date(revocation.takenAtMs).toISOString(),
          }
        : null,
  };
}

function textOf({ anchors, revocation }: TrustFacts): string {
  const list =
    revocation === null
      ? 'no revocation list'
      : `revocation list of ${revocation.takenAt ?? 'an unknown time'}: ${revocation.entries} entries`;
  return [
    ...anchors.map(
      ({ use, name, spkiSha256, validTo }) =>
        `${use.padEnd(11)} ${name}\n            valid to ${validTo}\n            key ${spkiSha256}\n`,
    ),
    `${list}\n`,
  ].join('');
}

function line(problem: string): string {
  return wrapped(problem, { first: '', next: '  ' });
}

function folderOf({ trust }: TrustOptions): string {
  return trust ?? join(productRoot, 'fixtures', 'trust');
}

function days(text: string, name: string): number {
  if (!/^\d{1,5}$/.test(text)) {
    throw new HarnessError('ERR_USAGE', `${name}: "${text}" is no whole number of days`);
  }
  return Number(text);
}
