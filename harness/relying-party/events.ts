import type { CheckResult, AttestationResult } from '../verifier/result.js';
import type { AppraisalInput } from '../verifier/verifier.js';
import type { ChallengePurpose } from './store.js';

/**
 * Which listener: one without client certificates, one that demands them, one for who runs it, and
 * one that only explains, in a lab.
 */
export type Listener = 'enrolment' | 'api' | 'admin' | 'diagnostics';

/** One appraisal that the relying party asked of its verifier. */
export interface AppraisalEvent {
  /** The exchange that asked. */
  readonly exchangeId: string;
  readonly subject: string;
  /** What the evidence was for. */
  readonly purpose: ChallengePurpose | 'request';
  readonly input: AppraisalInput;
  readonly result: AttestationResult;
}

/** One answered request. Holds no body, no signature and no challenge. */
export interface ExchangeEvent {
  readonly exchangeId: string;
  readonly listener: Listener;
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  /** The route that answered, such as `/v1/orders/*`; null where there is none. */
  readonly route: string | null;
  /** From the request's head to the answer. */
  readonly durationMs: number;
  readonly status: number;
  readonly code: string | null;
  readonly subject: string | null;
  readonly keyId: string | null;
  readonly checks: readonly CheckResult[];
}

/** A connection that TLS turned away, or that broke before it stood. */
export interface RefusedConnectionEvent {
  readonly listener: Listener;
  readonly at: Date;
  /** The code of OpenSSL or of the socket, such as `ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE`. */
  readonly code: string;
  readonly message: string;
}

/** A receipt of App Attest that was refreshed. */
export interface ReceiptEvent {
  readonly appAttestKeyId: string;
  /** The registration that the key vouched for when it was attested. */
  readonly registrationId: string;
  readonly at: Date;
  readonly result: AttestationResult;
  /** Whether it is good, newer than the one before it, and of the kind that has a risk metric. */
  readonly accepted: boolean;
  /** Apple's approximate count of keys of the app on that phone; null where it says none. */
  readonly riskMetric: number | null;
}

/** What the relying party tells whoever runs it. */
export interface RelyingPartyEvents {
  onAppraisal?(event: AppraisalEvent): void;
  onExchange?(event: ExchangeEvent): void;
  onRefusedConnection?(event: RefusedConnectionEvent): void;
  onReceiptRefreshed?(event: ReceiptEvent): void;
  /** A bug or a broken store: the client saw `internal`, and the run must not take it for a refusal. */
  onFault(error: unknown): void;
}
