import type { AppraisalPolicy } from '../verifier/policy.js';
import type { CounterMode, EvidenceDemand, Judge, ReferenceValues } from './context.js';
import type { RelyingPartyEvents } from './events.js';
import type { Patience, TlsVersions } from './http/listener.js';
import type { ClientCertificatePolicy } from './issue-certificate.js';
import type { ClientCertificateIssuer } from './issuing/issuer.js';
import type { TrafficLog } from './monitoring/index.js';
import type { LabPki } from './pki.js';
import type { PlayIntegrityDecoder, PlayIntegrityDemand } from './play-integrity/decoder.js';
import type { ReceiptRefresher } from './receipts/refresher.js';
import type { Store } from './store.js';

/** What a relying party is made of. */
export interface RelyingPartyOptions {
  /** The relying party's DNS name: evidence is bound to it, and the server certificate names it. */
  readonly rpId: string;
  /** `rules` are all on where it is left out. */
  readonly judge: Pick<Judge, 'appraise'> & Partial<Pick<Judge, 'rules'>>;
  readonly policy: AppraisalPolicy;
  readonly referenceValues: ReferenceValues;
  readonly store: Store;
  readonly pki: LabPki;
  readonly events: RelyingPartyEvents;
  readonly clock?: () => Date;
  /** Takes what the relying party sees of its traffic, for `signalsOf`; may be shared. */
  readonly monitor?: TrafficLog;
  readonly challengeLifetimeMs?: number;
  readonly certificates?: ClientCertificatePolicy;
  /** Issues client certificates, in place of the PKI's own authority. */
  readonly issuer?: ClientCertificateIssuer;
  /** How often the deny list is read again, for what other processes put on it. */
  readonly denyListRefreshMs?: number;
  /** Demanded where it is left out; `not-judged` lets everybody in, to show what that costs. */
  readonly clientCertificates?: 'demanded' | 'not-judged';
  /**
   * Demanded where it is left out. `not-demanded` registers any key whose possession is proved, and
   * does not look at evidence that comes with it: a backend that does not ask for hardware.
   */
  readonly evidence?: EvidenceDemand;
  /** `ignored` where it is left out. */
  readonly playIntegrity?: PlayIntegrityDemand;
  /** Opens standard tokens; where it is left out, each of them is refused. */
  readonly playIntegrityDecoder?: PlayIntegrityDecoder;
  /** Refreshes receipts of App Attest; where it is left out, none is kept. */
  readonly receiptRefresher?: ReceiptRefresher;
  /** How often it is looked for receipts that are due. */
  readonly receiptRefreshMs?: number;
  /** Strict where it is left out. Whoever shares a store uses the same, or registers keys anew. */
  readonly counterMode?: CounterMode;
  /** Whether one key may both open connections and sign bodies; refused where it is left out. */
  readonly sharedKeys?: 'refused' | 'allowed';
  /** Both where it is left out. */
  readonly tlsVersions?: TlsVersions;
  /** How long clients may take; seconds where it is left out. */
  readonly patience?: Patience;
  /** The address to listen on; loopback where it is left out. */
  readonly address?: string;
  /** The host of the URLs that phones are given. */
  readonly publicHost?: string;
  /** Ports; 0, or left out, is any free one. */
  readonly ports?: { readonly enrolment?: number; readonly api?: number };
  /** A third listener for whoever runs it; none where it is left out. */
  readonly admin?: AdminOptions;
  /** A listener that explains what the one with mutual TLS refuses; none where it is left out. */
  readonly diagnostics?: DiagnosticsOptions;
  /** Further authorities, such as those of a port that is forwarded to phones. */
  readonly authorities?: readonly string[];
}

/** The listener for whoever runs a relying party. */
export interface AdminOptions {
  /** Who has it may do everything here. */
  readonly token: string;
  /** Loopback where it is left out. */
  readonly address?: string;
  /** Any free one where it is left out, or 0. */
  readonly port?: number;
}

/** The listener that explains refused handshakes. It is a lab's alone, so that the lab has to be named. */
export interface DiagnosticsOptions {
  readonly lab: string;
  /** Any free one where it is left out, or 0. */
  readonly port?: number;
}
