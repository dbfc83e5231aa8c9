import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { toHex } from '../encoding/bytes.js';
import { readCertificate } from '../encoding/certificate.js';
import { EXIT } from '../errors.js';
import { productRoot } from '../product.js';
import { loadTrust, loadUpkeep, type TrustAnchor, type TrustSet } from '../trust/index.js';
import type { Terminal } from './terminal.js';

/** What verbs that read a trust folder take. */
export interface TrustOptions {
  /** A trust folder; the one that the product ships where it is left out. */
  readonly trust?: string;
  readonly json?: true;
}

/** Checks a trust folder and shows its anchors, when they expire, and its status list. */
export function trustShow(options: TrustOptions, terminal: Terminal): number {
  const folder = folderOf(options);
  const watched = loadUpkeep(folder).watched.map(({ name, certificate }) => ({
    ...{ name, subject: certificate.subject.text },
    validTo: new Date(certificate.notAfterMs).toISOString(),
  }));
  const facts: TrustFacts = { ...anchorFacts(loadTrust(folder)), watched };
  terminal.out(options.json === true ? `${JSON.stringify(facts, null, 2)}\n` : textOf(facts));
  return EXIT.passed;
}

interface TrustFacts extends AnchorFacts {
  /** Authorities that the folder names as in use. */
  readonly watched: readonly {
    readonly name: string;
    readonly subject: string;
    readonly validTo: string;
  }[];
}

/** What an appraisal goes by, as it is shown. */
export interface AnchorFacts {
  readonly anchors: readonly {
    readonly use: string;
    readonly name: string;
    readonly spkiSha256: string;
    /** The latest end of the key's certificates: one key may have several. */
    readonly validTo: string;
  }[];
  readonly revocation: { readonly entries: number; readonly takenAt: string | null } | null;
}

/** The anchors of a trust set and its status list. */
export function anchorFacts(trust: TrustSet): AnchorFacts {
  const group = (use: string, anchors: readonly TrustAnchor[]): AnchorFacts['anchors'] =>
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

function textOf({ anchors, watched, revocation }: TrustFacts): string {
  const list =
    revocation === null
      ? 'no revocation list'
      : `revocation list of ${revocation.takenAt ?? 'an unknown time'}: ${revocation.entries} entries`;
  return [
    ...anchors.map(
      ({ use, name, spkiSha256, validTo }) =>
        `${use.padEnd(11)} ${name}\n            valid to ${validTo}\n            key ${spkiSha256}\n`,
    ),
    ...watched.map(
      ({ name, subject, validTo }) =>
        `watched     ${name}\n            valid to ${validTo}\n            ${subject}\n`,
    ),
    `${list}\n`,
  ].join('');
}

/** The trust folder that is meant. */
export function folderOf({ trust }: TrustOptions): string {
  return trust ?? join(productRoot, 'fixtures', 'trust');
}
