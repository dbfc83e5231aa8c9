import type {
  EvidenceFormat,
  Occasion,
  OpenChallenge,
  Session,
  Submission,
  Target,
} from './target.js';

/** Where keys are submitted with their evidence. */
export interface SubmissionRoute {
  readonly occasion: Occasion;
  readonly format: EvidenceFormat;
  /** Asks for a challenge; throws where there is none to be had. */
  open(): Promise<OpenChallenge>;
  /** A challenge of this route once more, for whom it was given to as he comes now. */
  again(challenge: OpenChallenge): Promise<OpenChallenge>;
  /** As whom challenges of another occasion are asked for; null where nobody is registered yet. */
  session(): Promise<Session | null>;
}

interface Way {
  readonly target: Target;
  readonly format: EvidenceFormat;
}

/** First enrolments, each of a subject that the target has never seen. */
export function enrolmentRoute({ target, format }: Way): SubmissionRoute {
  return {
    ...{ occasion: 'enrolment', format },
    open: () => target.open('enrolment', format, null),
    again: (challenge) => Promise.resolve(challenge),
    session: () => Promise.resolve(null),
  };
}

/** Signing keys of a registration, over its own connection. */
export function signingKeyRoute({ target, format }: Way, session: Session): SubmissionRoute {
  return {
    ...{ occasion: 'signingKey', format },
    open: () => target.open('signingKey', format, session),
    again: (challenge) => Promise.resolve(challenge),
    session: () => Promise.resolve(session),
  };
}

/**
 * Renewals of a registration, each over the connection that the one before led to. Where an attack was
 * accepted nobody knows any more who is registered, so the phone enrols anew.
 */
export function renewalRoute(
  { target, format }: Way,
  enrol: () => Promise<Session>,
): SubmissionRoute {
  let present: Session | null = null;
  const asked = (session: Session) => target.open('renewal', format, session);
  const watched = (challenge: OpenChallenge): OpenChallenge => ({
    ...challenge,
    answering: (other) => watched(challenge.answering(other)),
    async submit(sent: Submission, genuine: Submission | null) {
      const answer = await challenge.submit(sent, genuine);
      if (answer.outcome !== 'accepted') return answer;
      present = genuine === null ? challenge.sessionOf(sent.key, answer) : null;
      // A certificate that opens no connection would be no renewal.
      if (present !== null) await asked(present);
      return answer;
    },
  });
  const open = async () => watched(await asked((present ??= await enrol())));
  return {
    ...{ occasion: 'renewal', format, open },
    again: async (challenge) => (await open()).answering(challenge),
    session: async () => (present ??= await enrol()),
  };
}
