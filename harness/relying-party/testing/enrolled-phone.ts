import type { Answer, ClientIdentity, RegisteredSigningKey } from '../index.js';
import { RP_ID, type TestLab } from './test-lab.js';
import { identityOf, type TestKey, type TestPhone } from './test-phone.js';

/** A phone with a client certificate and, once it asked, a signing key. */
export interface EnrolledTestPhone {
  readonly phone: TestPhone;
  readonly subject: string;
  readonly registrationId: string;
  readonly tlsKey: TestKey;
  readonly identity: ClientIdentity;
}

let subjects = 0;

/** A subject that no other test uses. */
export function newSubject(): string {
  return `phone-${++subjects}`;
}

/** What was asked for; throws with the refusal's code. */
export function valueOf<Value>(answer: Answer<Value>): Value {
  if (answer.outcome === 'refused') {
    throw new Error(`${answer.problem.code}: ${answer.problem.detail ?? ''}`);
  }
  return answer.value;
}

/** The code of a refusal with the ids of the checks that failed. */
export function refusalOf(answer: Answer<unknown>) {
  if (answer.outcome === 'accepted') return { code: null, status: answer.status, failed: [] };
  const { code, checks = [] } = answer.problem;
  const failed = checks.filter((check) => check.status === 'failed').map((check) => check.id);
  return { code, status: answer.status, failed };
}

/** Enrols a phone under a subject of its own. */
export async function enrolled(lab: TestLab, phone: TestPhone): Promise<EnrolledTestPhone> {
  const subject = newSubject();
  const client = lab.enrolClient();
  const { challenge } = valueOf(await client.requestTlsChallenge(subject));
  const { key, csr, evidence } = await phone.prepare(challenge, { purpose: 'tls', rpId: RP_ID });
  const answer = valueOf(await client.enrol({ subject, challenge, csr, evidence }));
  return {
    ...{ phone, subject, registrationId: answer.registrationId, tlsKey: key },
    identity: identityOf(key, answer.certificateChain),
  };
}

/** Registers a signing key of an enrolled phone. */
export async function withSigningKey(
  lab: TestLab,
  { phone, identity }: EnrolledTestPhone,
): Promise<{ readonly key: TestKey; readonly registered: RegisteredSigningKey }> {
  const client = lab.apiClient(identity);
  const { challenge } = valueOf(await client.requestSignChallenge());
  const { key, csr, evidence } = await phone.prepare(challenge, { purpose: 'sign', rpId: RP_ID });
  const answer = await client.registerSigningKey({ challenge, csr, evidence });
  return { key, registered: valueOf(answer) };
}
