import { HarnessError } from '../../errors.js';
import type { SignedHttpRequest } from '../../evidence/signed-request/index.js';
import type {
  ClientIdentity,
  SubmittedEvidence,
  TransportResponse,
} from '../../relying-party/index.js';
import type { MintedKey } from './minting-phones.js';
import type { Stopper } from './stopper.js';

/** What became of one request. */
export type Answered =
  | { readonly outcome: 'accepted'; readonly status: number; readonly response: TransportResponse }
  | {
      readonly outcome: 'refused';
      readonly status: number;
      /** The reason as the target words it; null where it tells none. */
      readonly code: string | null;
      /** What the reason speaks of; null where nobody can know. */
      readonly speaksOf: readonly Stopper[] | null;
    }
  /** Nothing was judged: no answer, or one that judges nothing. `status` is null without an answer. */
  | { readonly outcome: 'failed'; readonly status: number | null; readonly reason: string };

/** On what occasion a key is submitted with its evidence. */
export type Occasion = 'enrolment' | 'signingKey' | 'renewal';

/** Formats of evidence that a key is submitted with. */
export type EvidenceFormat = SubmittedEvidence['format'];

/** What a phone submits. */
export interface Submission {
  readonly key: MintedKey;
  /** DER. */
  readonly csr: Uint8Array;
  readonly evidence: Evidence | null;
}

/** Evidence in the forms in which phones hand it in. */
export type Evidence =
  | { readonly format: 'android-key'; readonly certificates: readonly Uint8Array[] }
  | {
      readonly format: 'app-attest-attestation';
      readonly object: Uint8Array;
      readonly keyId: Uint8Array;
    }
  | {
      readonly format: 'app-attest-assertion';
      readonly assertion: Uint8Array;
      /** Of the App Attest key that asserts. */
      readonly keyId: Uint8Array;
    };

/** As whom a registered phone comes. */
export interface Session {
  readonly subject: string;
  /** The key that the target registered. */
  readonly key: MintedKey;
  /** Null where the target gives out no certificates. */
  readonly identity: ClientIdentity | null;
  /** What was kept of the target's answers. */
  readonly kept: ReadonlyMap<string, string>;
}

/** A challenge of the target, and the way to answer it. */
export interface OpenChallenge {
  readonly nonce: Uint8Array;
  /** What evidence for it is made over; the request only where the platform's evidence binds it. */
  binding(evidence: 'android-key' | 'app-attest', csr?: Uint8Array): Uint8Array;
  /** As `binding`, as it would be on another occasion. */
  bindingOf(
    occasion: Occasion,
    evidence: 'android-key' | 'app-attest',
    csr?: Uint8Array,
  ): Uint8Array;
  /** Sends a submission; `genuine` is what an attack spoilt, and null where nothing is wrong. */
  submit(sent: Submission, genuine: Submission | null): Promise<Answered>;
  /** The same presenter and occasion with the challenge of another. */
  answering(other: OpenChallenge): OpenChallenge;
  /** The session that an accepted submission leads to. */
  sessionOf(key: MintedKey, answer: Answered): Session;
  /** The signing key that an accepted submission registered. */
  signerOf(key: MintedKey, answer: Answered): RegisteredSigner;
  /** What was kept of the answer that it came with. */
  readonly kept: ReadonlyMap<string, string>;
}

/** A key that signs requests of a registration. */
export interface RegisteredSigner {
  readonly key: MintedKey;
  /** How requests name it. */
  readonly keyId: Uint8Array;
  readonly epoch: bigint;
  readonly kept: ReadonlyMap<string, string>;
}

/** How requests are signed. */
export type RequestKind = 'signed-request' | 'profile-r-request' | 'asserted-request';

/** What a signed request states; its counter and time are the phone's. */
export interface StatedRequest {
  readonly keyId: Uint8Array;
  readonly epoch: bigint;
  readonly counter: bigint;
  readonly timestampMs: bigint;
}

/**
 * Requests of one kind. Attacks are made on requests in the form of profile S or R, and what they made
 * of one is sent in the target's own.
 */
export interface RequestForm {
  /** Whether requests state it, so that there is something to lie about. */
  states(name: 'epoch' | 'counter' | 'timestamp'): boolean;
  sign(
    session: Session,
    stated: StatedRequest,
    sign: (data: Uint8Array) => Promise<Uint8Array>,
  ): Promise<SignedHttpRequest>;
  /** Sends a request; `genuine` is what an attack spoilt, and null where nothing is wrong with it. */
  send(
    session: Session,
    sent: SignedHttpRequest,
    genuine: SignedHttpRequest | null,
  ): Promise<Answered>;
}

/** A backend, and how it is spoken to. */
export interface Target {
  /** Whether it takes a format of evidence on an occasion. */
  takes(occasion: Occasion, format: EvidenceFormat): boolean;
  /** Whether challenges of two occasions are asked for in the same words. */
  asksAlike(one: Occasion, other: Occasion): boolean;
  /** Whether evidence is made over something else on another occasion. */
  bindsPurpose(one: Occasion, other: Occasion, format: EvidenceFormat): boolean;
  /** Asks for a challenge; throws where there is none to be had. A first enrolment has no session. */
  open(occasion: Occasion, format: EvidenceFormat, session: Session | null): Promise<OpenChallenge>;
  /** Null where it takes no requests of the kind. */
  requests(kind: RequestKind): RequestForm | null;
}

/** An accepted answer; throws where it was not accepted. */
export function acceptedOf(answer: Answered): TransportResponse {
  if (answer.outcome === 'accepted') return answer.response;
  throw new HarnessError(
    'ERR_RELYING_PARTY',
    `what is genuine was not accepted: ${inWords(answer)}`,
    {
      cause: answer,
    },
  );
}

/** An answer in a few words: its status, and its code or what was wrong with it. */
export function inWords(answer: Answered): string {
  switch (answer.outcome) {
    case 'accepted':
      return String(answer.status);
    case 'refused':
      return `${answer.status} ${answer.code ?? 'without a reason'}`;
    case 'failed':
      return answer.status === null ? answer.reason : `${answer.status} ${answer.reason}`;
  }
}

/** The message of an error of the wire or of the target; any other error is a bug and goes on. */
export function brokenWire(error: unknown): string {
  if (error instanceof HarnessError && error.code === 'ERR_RELYING_PARTY') return error.message;
  throw error;
}
