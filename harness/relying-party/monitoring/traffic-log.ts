import type { ChallengePurpose } from '../store.js';
import { Histories } from './histories.js';

/** A challenge was given out. */
export interface ChallengeIssued {
  readonly kind: 'challenge-issued';
  readonly atMs: number;
  readonly subject: string;
  readonly purpose: ChallengePurpose;
  /** The registration whose connection asked; null where anybody may. */
  readonly registrationId: string | null;
  readonly address: string | null;
}

/** A key was presented with a certification request, and registered or refused. */
export interface KeyPresented {
  readonly kind: 'key-presented';
  readonly atMs: number;
  readonly subject: string;
  readonly purpose: ChallengePurpose;
  /** Null where the registration is not known, as with a first enrolment that was refused. */
  readonly registrationId: string | null;
  /** Null where the request did not get as far as its key. */
  readonly keyId: string | null;
  /** The refusal's code; null where the key was registered. */
  readonly code: string | null;
  /** From the challenge to the request that answers it; null where no challenge is known. */
  readonly latencyMs: number | null;
  readonly address: string | null;
}

/** A request came in that names a registered key. */
export interface RequestPresented {
  readonly kind: 'request-presented';
  readonly atMs: number;
  readonly keyId: string;
  /** The registration of the connection, which need not be that of the key. */
  readonly registrationId: string;
  readonly epoch: bigint;
  readonly counter: bigint;
  /** The time that the request states. */
  readonly timestampMs: bigint;
  readonly code: string | null;
  /** Whether the key's own signature stands behind what the request states; anybody can name a key. */
  readonly signed: boolean;
  readonly address: string | null;
}

/** Where a key is kept, by the word of evidence that was accepted for the key itself. */
export type AttestedLevel = 'strongbox' | 'tee' | 'secure-enclave' | 'software';

/** Good evidence came for a key that was admitted; a key that is only vouched for has none of its own. */
export interface KeyAttested {
  readonly kind: 'key-attested';
  readonly atMs: number;
  readonly keyId: string;
  readonly registrationId: string;
  readonly level: AttestedLevel;
  /** Month of the system's patches as YYYYMM; null where evidence does not tell. */
  readonly patchLevel: number | null;
}

/** Apple said how many keys of the app were attested on a phone of late, in a refreshed receipt. */
export interface RiskMetricTold {
  readonly kind: 'risk-metric-told';
  readonly atMs: number;
  /** The App Attest key of the receipt. */
  readonly keyId: string;
  readonly registrationId: string;
  readonly riskMetric: number;
}

/** What a relying party sees of its traffic. Holds no body, signature, challenge or certificate. */
export type TrafficEvent =
  ChallengeIssued | KeyPresented | KeyAttested | RequestPresented | RiskMetricTold;

/** How much a log remembers. */
export interface TrafficLimits {
  /** Keys, subjects and registrations of each kind; the one heard of least recently goes first. */
  readonly histories: number;
  /** Events of each. */
  readonly events: number;
  /** Events of all keys together, of each kind. */
  readonly total: number;
}

/** An event takes some 310 bytes, and there are nine kinds of histories: at most 280 MB. */
const LIMITS: TrafficLimits = { histories: 10_000, events: 256, total: 100_000 };

/**
 * Traffic of one or several relying parties, in bounded memory. What anybody can cause, such as
 * refused enrolments, is kept apart, so that a flood of it displaces nothing that phones have done.
 */
export class TrafficLog {
  readonly #requests: Histories<RequestPresented>;
  /** With the first use of each, which is forgotten with the registration and never before it. */
  readonly #registered: Histories<KeyPresented | RequestPresented>;
  readonly #refused: Histories<KeyPresented>;
  readonly #registrations: Histories<KeyPresented>;
  readonly #issuance: Histories<ChallengeIssued | KeyPresented>;
  readonly #attested: Histories<KeyAttested>;
  readonly #attestedFor: Histories<KeyAttested>;
  readonly #signedAt: Histories<RequestPresented>;
  readonly #metrics: Histories<RiskMetricTold>;

  constructor(limits: Partial<TrafficLimits> = {}) {
    const bounds = { ...LIMITS, ...limits };
    this.#requests = new Histories(bounds);
    this.#registered = new Histories(bounds);
    this.#refused = new Histories(bounds);
    this.#registrations = new Histories(bounds);
    this.#issuance = new Histories(bounds);
    this.#attested = new Histories(bounds);
    this.#attestedFor = new Histories(bounds);
    this.#signedAt = new Histories(bounds);
    this.#metrics = new Histories(bounds);
  }

  /** Remembers an event. */
  record(event: TrafficEvent): void {
    switch (event.kind) {
      case 'challenge-issued':
        this.#issuance.add(event.subject, event);
        return;
      case 'key-presented':
        this.#issuance.add(event.subject, event);
        this.#recordKey(event);
        return;
      case 'key-attested':
        this.#attested.add(event.keyId, event);
        this.#attestedFor.add(event.registrationId, event);
        return;
      case 'risk-metric-told':
        this.#metrics.add(event.registrationId, event);
        return;
      case 'request-presented':
        this.#requests.add(event.keyId, event);
        if (event.code === null) this.#recordUse(event);
        // By address only what keys signed: nobody makes a crowd of a phone's home by naming keys.
        if (event.signed && event.address !== null) this.#signedAt.add(event.address, event);
    }
  }

  /** Keys that were registered or used, the one heard of last first. */
  keys(): readonly string[] {
    const heardAtMs = new Map<string, number>();
    for (const history of [this.#registered, this.#requests]) {
      for (const [keyId, { atMs }] of history.latest()) {
        heardAtMs.set(keyId, Math.max(atMs, heardAtMs.get(keyId) ?? atMs));
      }
    }
    const inOrder = [...heardAtMs].sort(([, one], [, other]) => other - one);
    return inOrder.map(([keyId]) => keyId);
  }

  /** Whether anything was heard of a key. */
  knows(keyId: string): boolean {
    const of = [this.#registered, this.#requests, this.#refused, this.#attested];
    return of.some((history) => history.of(keyId).length > 0);
  }

  /** How many events are remembered; one that is kept for two uses counts twice. */
  get size(): number {
    const all = [
      ...[this.#requests, this.#registered, this.#refused, this.#registrations, this.#issuance],
      ...[this.#attested, this.#attestedFor, this.#signedAt, this.#metrics],
    ];
    return all.reduce((sum, { count }) => sum + count, 0);
  }

  /** What Apple said of the phone of a registration, oldest first. */
  riskMetricsOf(registrationId: string): readonly RiskMetricTold[] {
    return this.#metrics.of(registrationId);
  }

  /** Requests that name a key, oldest first. */
  requestsOf(keyId: string): readonly RequestPresented[] {
    return this.#requests.of(keyId);
  }

  /** When a key was registered, oldest first; again for each time. */
  registeredOf(keyId: string): readonly KeyPresented[] {
    return this.#registered.of(keyId).filter((event) => event.kind === 'key-presented');
  }

  /** Refused attempts to register a key, oldest first. */
  refusedOf(keyId: string): readonly KeyPresented[] {
    return this.#refused.of(keyId);
  }

  /** Keys that were registered for a registration, oldest first. */
  registrationOf(registrationId: string): readonly KeyPresented[] {
    return this.#registrations.of(registrationId);
  }

  /** The first request of a registered key that was accepted; null where none was since. */
  firstUseOf(keyId: string): RequestPresented | null {
    return this.#registered.of(keyId).find((event) => event.kind === 'request-presented') ?? null;
  }

  /** Signed requests of any key from an address, oldest first. */
  signedAt(address: string): readonly RequestPresented[] {
    return this.#signedAt.of(address);
  }

  /** Evidence that was accepted for a key, oldest first. */
  attestedOf(keyId: string): readonly KeyAttested[] {
    return this.#attested.of(keyId);
  }

  /** Evidence that was accepted for the keys of a registration, oldest first. */
  attestedForRegistration(registrationId: string): readonly KeyAttested[] {
    return this.#attestedFor.of(registrationId);
  }

  /** Challenges for a subject and what was presented for it, oldest first. */
  issuanceOf(subject: string): readonly (ChallengeIssued | KeyPresented)[] {
    return this.#issuance.of(subject);
  }

  #recordUse(event: RequestPresented): void {
    const history = this.#registered.of(event.keyId);
    if (history.length === 0 || history.some(({ kind }) => kind === event.kind)) return;
    this.#registered.add(event.keyId, event);
  }

  #recordKey(event: KeyPresented): void {
    const { keyId, registrationId, code } = event;
    if (keyId !== null) (code === null ? this.#registered : this.#refused).add(keyId, event);
    if (registrationId !== null && code === null) this.#registrations.add(registrationId, event);
  }
}
