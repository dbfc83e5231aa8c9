import { join } from 'node:path';
import type { Lab } from '../farm/lab.js';
import { appIds } from '../farm/reference-values.js';
import { ownFolder } from '../owner-only.js';
import {
  loggingEvents,
  openPkiFolder,
  openStore,
  openTokenKey,
  PKI_FILES,
  readAdminToken,
  startRelyingParty,
  type CounterMode,
  type LabPki,
  type RelyingParty,
  type RelyingPartyOptions,
  TrafficLog,
  type TokenKey,
  type TokenKeyOptions,
  type TlsVersions,
} from '../relying-party/index.js';
import { loadTrust, type TrustSet } from '../trust/index.js';
import { createSignatureMemo, createVerifier, type AppraisalPolicy } from '../verifier/index.js';
import { revocationOf } from '../virtual-lab/revocation.js';
import { openReceipts } from './receipts.js';
import { trustGaps, type TrustGap } from './trust-gaps.js';
import { virtualRevocation, withVirtualRoots } from './virtual-trust.js';
import { openVirtualVendors, rootsOf, VENDORS_FOLDER } from './virtual-vendors.js';

/** What a lab's relying party is started with. */
export interface ServeOptions {
  readonly lab: Lab;
  readonly policy: AppraisalPolicy;
  /** The trust folder, and nothing besides it; see `trustOf` where it is left out. */
  readonly trust?: string;
  /** Where keys and certificates are kept. */
  readonly home: string;
  readonly address: string;
  /** The name or address under which phones reach it. */
  readonly publicHost: string;
  readonly ports: { readonly enrolment: number; readonly api: number };
  readonly admin: { readonly address: string; readonly port: number };
  /** Of the listener that explains refused handshakes; none where it is left out. */
  readonly diagnosticsPort?: number;
  readonly tlsVersions: TlsVersions;
  /** Strict where it is left out. */
  readonly counterMode?: CounterMode;
  /** The URL of where it remembers, see `openStore`; a file in its home where it is left out. */
  readonly store?: string;
  /** Where the enrolment authority's key is on a token; a file in the home where it is left out. */
  readonly enrolmentKey?: TokenKeyOptions;
  /** Takes structured lines. */
  readonly log: { write(line: string): void };
  /** Spoils it, to prove that attacks on it would be noticed; no command reaches this. */
  readonly spoil?: (options: RelyingPartyOptions) => RelyingPartyOptions;
}

/** A relying party that serves a lab. */
export interface ServedLab {
  readonly relyingParty: RelyingParty;
  /** The certificate that clients must trust, PEM. */
  readonly serverAnchorFile: string;
  /** Holds the bearer token of the administration. */
  readonly adminTokenFile: string;
  readonly trust: TrustSet;
  /** Who refreshes receipts of App Attest; null where nobody does. */
  readonly receiptSource: string | null;
  /** Whom it can accept nothing from, as things are. */
  readonly gaps: readonly TrustGap[];
  /** Ends its connections and its store; may be called again. */
  close(): Promise<void>;
}

const STORE_FILE = 'store.db';

/** Starts a lab's relying party with keys that outlive it. */
export async function serveLab(options: ServeOptions): Promise<ServedLab> {
  const { lab, policy, home, address, publicHost, spoil } = options;
  const { referenceValues } = lab;
  const { rpId } = referenceValues.relyingParty;
  ownFolder(home);
  const trust = trustOf(options);
  const gaps = trustGaps(trust, { policy, now: new Date() });
  const receipts = openReceipts(lab);
  const pkiFolder = join(home, 'pki');
  const adminTokenFile = join(home, 'admin-token');
  const { pki, tokenKey } = await openPki(pkiFolder, options);
  const { log, ...events } = loggingEvents(options.log);
  const store = await openStore(options.store ?? `sqlite:${join(home, STORE_FILE)}`);
  const whole: RelyingPartyOptions = {
    ...{ rpId, policy, pki, store, events, address, publicHost },
    judge: createVerifier({ trust, memo: createSignatureMemo() }),
    referenceValues: {
      packageNames: referenceValues.android.packages,
      signerDigests: referenceValues.android.signerDigests,
      appIds: appIds(referenceValues),
    },
    ports: options.ports,
    tlsVersions: options.tlsVersions,
    counterMode: options.counterMode ?? 'strict',
    monitor: new TrafficLog(),
    ...(receipts === null ? {} : { receiptRefresher: receipts.refresher }),
    admin: { ...options.admin, token: readAdminToken(adminTokenFile) },
    ...(options.diagnosticsPort === undefined
      ? {}
      : { diagnostics: { lab: lab.name, port: options.diagnosticsPort } }),
  };
  const relyingParty = await startRelyingParty(spoil?.(whole) ?? whole).catch(
    async (error: unknown) => {
      await store.close();
      tokenKey?.close();
      throw error;
    },
  );
  const { enrolUrl, apiUrl, adminUrl, diagnosticsUrl } = relyingParty;
  log.info(
    {
      ...{ enrolUrl, apiUrl, adminUrl, rpId, policy: policy.id, tls: options.tlsVersions },
      ...(diagnosticsUrl === null ? {} : { diagnosticsUrl }),
      enrolmentKey: tokenKey === null ? 'file' : 'token',
      anchors: anchorNames(trust),
    },
    'listening',
  );
  for (const { phones, reason } of gaps) log.warn({ phones, reason }, 'nobody can enrol');
  return {
    relyingParty,
    serverAnchorFile: join(pkiFolder, PKI_FILES.serverAnchor),
    ...{ adminTokenFile, trust, gaps, receiptSource: receipts?.source ?? null },
    async close() {
      await relyingParty.close();
      await store.close();
      tokenKey?.close();
      log.info('closed');
    },
  };
}

async function openPki(
  folder: string,
  { lab, publicHost, enrolmentKey }: ServeOptions,
): Promise<{ readonly pki: LabPki; readonly tokenKey: TokenKey | null }> {
  const { rpId } = lab.referenceValues.relyingParty;
  const names = { dnsName: rpId, alternativeNames: [publicHost], now: new Date() };
  if (enrolmentKey === undefined)
    return { pki: await openPkiFolder(folder, names), tokenKey: null };
  let tokenKey: TokenKey | null = null;
  try {
    const pki = await openPkiFolder(folder, {
      ...names,
      enrolmentKey: async (absent) => (tokenKey = await openTokenKey(enrolmentKey, absent)),
    });
    return { pki, tokenKey };
  } catch (error) {
    (tokenKey as TokenKey | null)?.close();
    throw error;
  }
}

/** The names of a trust set's anchors, by what they are anchors of. */
export function anchorNames({ androidAnchors, appAttestAnchors, receiptAnchors }: TrustSet) {
  const names = (anchors: TrustSet['androidAnchors']) => anchors.map(({ name }) => name);
  return {
    android: names(androidAnchors),
    appAttest: names(appAttestAnchors),
    receipts: names(receiptAnchors),
  };
}

/**
 * What a lab's relying party trusts: a folder that the caller names, or the lab's own. A lab of virtual
 * phones has vendors of its own besides, who publish their status list at any time; their roots are in
 * no folder of trust, and no lab of real phones ever opens them.
 */
function trustOf({ lab, home, trust: named }: ServeOptions): TrustSet {
  const trust = loadTrust(named ?? lab.trustFolder);
  const real = lab.inventory.value.phones.filter(({ virtual }) => virtual === undefined);
  if (named !== undefined || lab.inventory.value.phones.length === 0 || real.length > 0)
    return trust;
  const vendors = openVirtualVendors(join(home, VENDORS_FOLDER));
  const whole = withVirtualRoots(trust, rootsOf(vendors));
  if (trust.revocation !== null) return whole;
  return {
    ...whole,
    get revocation() {
      return virtualRevocation({
        json: revocationOf([vendors.leakedSerial]),
        fetchedAt: vendors.now(),
      });
    },
  };
}
