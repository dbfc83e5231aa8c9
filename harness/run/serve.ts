import { join } from 'node:path';
import { HarnessError } from '../errors.js';
import type { Lab } from '../farm/lab.js';
import { appIds } from '../farm/reference-values.js';
import {
  loggingEvents,
  MemoryStore,
  openPkiFolder,
  ownFolder,
  PKI_FILES,
  readAdminToken,
  startRelyingParty,
  type RelyingParty,
  type Store,
  type TlsVersions,
} from '../relying-party/index.js';
import { loadTrust } from '../trust/index.js';
import { createSignatureMemo, createVerifier, type AppraisalPolicy } from '../verifier/index.js';

/** What a lab's relying party is started with. */
export interface ServeOptions {
  readonly lab: Lab;
  readonly policy: AppraisalPolicy;
  /** The trust folder; the lab's own where it is left out. */
  readonly trust?: string;
  /** Where keys and certificates are kept. */
  readonly home: string;
  readonly address: string;
  /** The name or address under which phones reach it. */
  readonly publicHost: string;
  readonly ports: { readonly enrolment: number; readonly api: number };
  readonly admin: { readonly address: string; readonly port: number };
  readonly tlsVersions: TlsVersions;
  /** Where it remembers; see `openStoreOf`. */
  readonly store: string;
  /** Takes structured lines. */
  readonly log: { write(line: string): void };
}

/** A relying party that serves a lab. */
export interface ServedLab {
  readonly relyingParty: RelyingParty;
  /** The certificate that clients must trust, PEM. */
  readonly serverAnchorFile: string;
  /** Holds the bearer token of the administration. */
  readonly adminTokenFile: string;
  /** Ends its connections and its store; may be called again. */
  close(): Promise<void>;
}

/** Starts a lab's relying party with keys that outlive it. */
export async function serveLab(options: ServeOptions): Promise<ServedLab> {
  const { lab, policy, home, address, publicHost } = options;
  const { referenceValues } = lab;
  const { rpId } = referenceValues.relyingParty;
  const store = openStoreOf(options.store);
  const trust = loadTrust(options.trust ?? lab.trustFolder);
  ownFolder(home);
  const pkiFolder = join(home, 'pki');
  const adminTokenFile = join(home, 'admin-token');
  const pki = await openPkiFolder(pkiFolder, {
    ...{ dnsName: rpId, alternativeNames: [publicHost], now: new Date() },
  });
  const { log, ...events } = loggingEvents(options.log);
  const relyingParty = await startRelyingParty({
    ...{ rpId, policy, pki, store, events, address, publicHost },
    judge: createVerifier({ trust, memo: createSignatureMemo() }),
    referenceValues: {
      packageNames: referenceValues.android.packages,
      signerDigests: referenceValues.android.signerDigests,
      appIds: appIds(referenceValues),
    },
    ports: options.ports,
    tlsVersions: options.tlsVersions,
    admin: { ...options.admin, token: readAdminToken(adminTokenFile) },
  });
  const { enrolUrl, apiUrl, adminUrl } = relyingParty;
  log.info(
    { enrolUrl, apiUrl, adminUrl, rpId, policy: policy.id, tls: options.tlsVersions },
    'listening',
  );
  return {
    relyingParty,
    serverAnchorFile: join(pkiFolder, PKI_FILES.serverAnchor),
    adminTokenFile,
    async close() {
      await relyingParty.close();
      log.info('closed');
    },
  };
}

/** The store of a URL; `memory:` forgets everything when the process ends. */
export function openStoreOf(url: string): Store {
  if (url === 'memory:') return new MemoryStore();
  throw new HarnessError('ERR_USAGE', `--store: "${url}" is no store; known: memory:`);
}
