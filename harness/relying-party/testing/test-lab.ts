import { parseCertificate } from '../../encoding/certificate.js';
import { anchorOf, parseRevocationList, type TrustSet } from '../../trust/index.js';
import { createVerifier, LAB } from '../../verifier/index.js';
import { createVendorRoots, type VendorRoots } from '../../virtual-lab/secure-hardware/index.js';
import {
  createLabPki,
  createRelyingPartyClient,
  httpsTransport,
  MemoryStore,
  startRelyingParty,
  type AppraisalEvent,
  type ClientIdentity,
  type ExchangeEvent,
  type HttpsTransportOptions,
  type Judge,
  type LabPki,
  type RefusedConnectionEvent,
  type RelyingParty,
  type RelyingPartyClient,
  type RelyingPartyOptions,
  type Store,
  type Transport,
} from '../index.js';
import { TEST_APP_ID, TEST_PACKAGE } from './test-phone.js';

/** The name that evidence in these tests is bound to. */
export const RP_ID = 'rp.example.test';

const vendors = createVendorRoots({ clock: () => new Date() });
const pki = createLabPki({ dnsName: RP_ID, now: new Date() });

/** A relying party on real sockets, with what it told and the means to reach it. */
export interface TestLab {
  readonly party: RelyingParty;
  readonly pki: LabPki;
  readonly vendors: VendorRoots;
  readonly store: Store;
  readonly appraisals: readonly AppraisalEvent[];
  readonly exchanges: readonly ExchangeEvent[];
  readonly refusedConnections: readonly RefusedConnectionEvent[];
  readonly faults: readonly unknown[];
  /** Moves the relying party's clock; TLS itself keeps to the machine's. */
  advanceClock(byMs: number): void;
  /** This process's TLS, with a phone's certificate where one is given. */
  transport(identity?: ClientIdentity, changes?: Partial<HttpsTransportOptions>): Transport;
  enrolClient(): RelyingPartyClient;
  apiClient(identity: ClientIdentity): RelyingPartyClient;
}

/** Starts a relying party that trusts the test's vendors and judges as runs do. */
export async function startTestLab(
  changes: Partial<RelyingPartyOptions> & { readonly rules?: Judge['rules'] } = {},
): Promise<TestLab> {
  const { rules, ...options } = changes;
  const appraisals: AppraisalEvent[] = [];
  const exchanges: ExchangeEvent[] = [];
  const refusedConnections: RefusedConnectionEvent[] = [];
  const faults: unknown[] = [];
  const store = options.store ?? new MemoryStore();
  const lab = await pki;
  const verifier = options.judge ?? createVerifier({ trust: trustIn(vendors) });
  let offsetMs = 0;
  const party = await startRelyingParty({
    rpId: RP_ID,
    policy: LAB,
    referenceValues: {
      packageNames: [TEST_PACKAGE.packageName],
      signerDigests: TEST_PACKAGE.signerDigests.map((digest) =>
        Buffer.from(digest).toString('hex'),
      ),
      appIds: [TEST_APP_ID],
    },
    pki: lab,
    clock: () => new Date(Date.now() + offsetMs),
    events: {
      onAppraisal: (event) => appraisals.push(event),
      onExchange: (event) => exchanges.push(event),
      onRefusedConnection: (event) => refusedConnections.push(event),
      onFault: (error) => faults.push(error),
    },
    ...options,
    store,
    judge: {
      appraise: (input) => verifier.appraise(input),
      ...(rules === undefined ? {} : { rules }),
    },
  });
  const transport: TestLab['transport'] = (identity, tls = {}) =>
    httpsTransport({
      anchors: [lab.serverAnchor],
      ...(identity === undefined ? {} : { identity }),
      ...tls,
    });
  return {
    ...{ party, pki: lab, vendors, store, appraisals, exchanges, refusedConnections, faults },
    transport,
    advanceClock: (byMs) => {
      offsetMs += byMs;
    },
    enrolClient: () => createRelyingPartyClient({ url: party.enrolUrl, transport: transport() }),
    apiClient: (identity) =>
      createRelyingPartyClient({ url: party.apiUrl, transport: transport(identity) }),
  };
}

/** A trust set of the test's vendors, with certificates that they have revoked. */
export function trustIn(roots: VendorRoots, revokedSerials: readonly string[] = []): TrustSet {
  const entries = Object.fromEntries(
    revokedSerials.map((serial) => [serial, { status: 'REVOKED', reason: 'KEY_COMPROMISE' }]),
  );
  const anchors = (certificates: readonly Uint8Array[]) =>
    certificates.map((certificate, index) => {
      const parsed = parseCertificate(certificate);
      if (!parsed.ok) throw new Error(parsed.malformation.message);
      return anchorOf(`test root ${index}`, parsed.value);
    });
  return {
    androidAnchors: anchors(roots.androidAnchors),
    knownSoftwareRoots: anchors(roots.androidSoftwareRoots),
    appAttestAnchors: anchors(roots.appAttestAnchors),
    receiptAnchors: anchors(roots.receiptAnchors),
    revocation: parseRevocationList(JSON.stringify({ entries }), Date.now()),
  };
}
