import { z } from 'zod';
import { HarnessError } from '../../errors.js';
import type { Observation } from '../../expectation/observation.js';
import type { SubmittedVerdict } from '../../relying-party/index.js';
import type { AttestationResult } from '../../verifier/result.js';
import type { BackendId } from '../stage-words.js';
import type { ControlClient } from '../control-client.js';
import type { ControlAnswer, ControlRequest, ControlRoute, Exchange } from '../control-protocol.js';
import { certificateByPolicy, certificateLifetime } from './certificate.js';
import type { Enrolment } from './enrolment.js';

/** What of an enrolment is presented, and a verdict of Play Integrity where one comes beside it. */
export type PresentedEnrolment = Pick<Enrolment, 'challenge' | 'csr' | 'evidence'> & {
  readonly playIntegrity?: SubmittedVerdict | null;
};

/** The relying party of a story, reached through the run. */
export interface RelyingPartyDoor {
  describe(): Promise<ControlAnswer<'relying-party/describe'>>;
  /** A fresh challenge for `subject`, of purpose `tls`. */
  challenge(subject: string): Promise<string>;
  /** Presents an enrolment as `subject`. */
  enrol(subject: string, enrolment: PresentedEnrolment): Promise<Exchange>;
  /** Whether it read a request for this path behind mutual TLS; whoever was turned away left none. */
  arrivalOf(path: string): Promise<Observation>;
  /** Turns a key away from now on, whatever certificate it has. */
  deny(keyId: string): Promise<void>;
  /** Takes a key off the deny list. */
  allow(keyId: string): Promise<void>;
  /** How long the certificate that was issued is valid. */
  lifetimeOf(issued: Exchange): Observation;
  /** Whether the certificate that was issued says what policy lets `subject` have, and nothing else. */
  policyOf(issued: Exchange, subject: string): Observation;
  /** What the verifier said of this phone's evidence in this scenario, newest last. */
  appraisals(): Promise<readonly AttestationResult[]>;
}

/** The door to one relying party for one phone's stories. */
export function openDoor(
  control: ControlClient,
  phone: string,
  backend: BackendId = 'reference',
): RelyingPartyDoor {
  return {
    describe: () => control.ask('relying-party/describe', { phone, backend }),
    async challenge(subject) {
      const answer = await control.ask('relying-party/challenge', { phone, backend, subject });
      if (answer.status === 201) return z.string().parse(answer.body['challenge']);
      const { status, code } = answer;
      throw new HarnessError('ERR_RELYING_PARTY', `no challenge was issued: ${status} ${code}`);
    },
    enrol: (subject, { challenge, csr, evidence, playIntegrity = null }) =>
      control.ask('relying-party/enrol', {
        ...{ phone, backend, subject, challenge, csr },
        evidence: evidence === null ? null : { ...evidence },
        playIntegrity: playIntegrity === null ? null : { ...playIntegrity },
      }),
    async arrivalOf(path) {
      const { status } = await control.ask('relying-party/arrival', { phone, backend, path });
      const operation = 'mutual-tls.connect';
      return status === null
        ? { kind: 'operation', operation, outcome: 'refused', code: 'not_let_in' }
        : { kind: 'operation', operation, outcome: 'done', code: null };
    },
    async deny(keyId) {
      await control.ask('relying-party/deny', { phone, backend, keyId, denied: true });
    },
    async allow(keyId) {
      await control.ask('relying-party/deny', { phone, backend, keyId, denied: false });
    },
    lifetimeOf: certificateLifetime,
    policyOf: certificateByPolicy,
    appraisals: async () => (await control.ask('appraisals', { phone })).results,
  };
}

/** A client that asks once what a relying party is: that does not change while a run is on. */
export function describingOnce(control: ControlClient): ControlClient {
  const known = new Map<string, Promise<unknown>>();
  return {
    ask: <Route extends ControlRoute>(route: Route, request: ControlRequest<Route>) => {
      if (route !== 'relying-party/describe') return control.ask(route, request);
      const key = JSON.stringify(request);
      const answer = known.get(key) ?? control.ask(route, request);
      known.set(key, answer);
      // A failure is not what it is.
      answer.catch(() => known.delete(key));
      return answer as Promise<ControlAnswer<Route>>;
    },
    report: (route, request) => control.report(route, request),
  };
}
