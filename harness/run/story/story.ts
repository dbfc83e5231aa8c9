import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Observation } from '../../expectation/observation.js';
import { HarnessError } from '../../errors.js';
import type { SignedHttpRequest } from '../../evidence/signed-request/index.js';
import type { SubmittedVerdict } from '../../relying-party/index.js';
import type { BackendId } from '../backends.js';
import type { ControlClient } from '../control-client.js';
import type { Exchange } from '../control-protocol.js';
import { openAttacker, type StoryAttacker } from './attacker.js';
import { describingOnce, openDoor, type RelyingPartyDoor } from './door.js';
import { prepareEnrolment, type Enrolment, type EnrolmentOrder } from './enrolment.js';
import { installCertificate } from './certificate.js';
import { measureCosts, type OperationCost } from './costs.js';
import {
  climbDown,
  tryExport,
  type ClimbedLadder,
  type Export,
  type PhoneKey,
  type Rungs,
} from './keys.js';
import { integrityVerdict } from './integrity-verdict.js';
import { openLab, type StoryLab } from './lab.js';
import { openLaptop, type StoryLaptop } from './laptop.js';
import type { ProbeWords } from './probe-words.js';
import { registerPhone, type Registration } from './registration.js';
import { openMutualTls, type StoryMutualTls } from './mutual-tls.js';
import { openWatch, type StoryWatch } from './monitoring.js';
import { openWire, type StoryWire } from './wire.js';

/** What a story may want otherwise of an enrolment; the rest is as an honest app does it. */
export type EnrolmentWish = Pick<
  EnrolmentOrder,
  | 'challenge'
  | 'evidenceChallenge'
  | 'csrAttack'
  | 'rungs'
  | 'keyOf'
  | 'appAttestKeyId'
  | 'vouched'
  | 'greedy'
>;

/** What a story may want otherwise of a key. */
export interface KeyWish {
  readonly rungs?: Rungs;
  /** Has the key attested over this challenge. */
  readonly challenge?: string;
}

/** The phone of a story, in the words of a story. */
export interface StoryPhone {
  readonly platform: 'android' | 'ios';
  /** Makes a key on the highest rung of the phone's ladder that yields one. */
  makeKey(algorithm: 'ec-p256' | 'rsa-2048', wish?: KeyWish): Promise<ClimbedLadder>;
  /** Tries to take the key out of where it lives. */
  tryExport(key: PhoneKey): Promise<Export>;
  /** Makes key, certification request and evidence for a client certificate, and sends nothing. */
  prepareEnrolment(wish: EnrolmentWish): Promise<Enrolment>;
  /** Asks Play Integrity about this very enrolment; null where the phone has no Play to ask. */
  integrityVerdict(
    enrolment: Enrolment,
    kind: SubmittedVerdict['kind'],
  ): Promise<SubmittedVerdict | null>;
  /** Installs the certificate chain that was issued, for the key that it certifies. */
  install(enrolment: Enrolment, issued: Exchange): Promise<Observation>;
  /** What each operation of its keys costs, measured by doing it several times. */
  costs(): Promise<readonly OperationCost[]>;
  /** The phone's registration; made once for all stories, since vendors ration attestations. */
  registered(): Promise<Registration>;
  /** A registration for this story alone, at the relying party that is named first of those that take it. */
  register(at?: BackendId): Promise<Registration>;
}

/** What a scenario is told with. A story asserts nothing: the run judges what it observes. */
export interface Story {
  /** The account that the phone enrols for in this scenario. */
  readonly subject: string;
  readonly phone: StoryPhone;
  readonly lab: StoryLab;
  /** The relying party as it should be. */
  readonly relyingParty: RelyingPartyDoor;
  /** One that differs from it in one thing. */
  readonly backend: (id: BackendId) => RelyingPartyDoor;
  readonly laptop: StoryLaptop;
  readonly attacker: StoryAttacker;
  readonly watch: StoryWatch;
  readonly wire: StoryWire;
  readonly mutualTls: StoryMutualTls;
  readonly observe: (name: string, observation: Observation) => Promise<void>;
  /** Observes what the relying party answered. */
  readonly observeAnswer: (name: string, exchange: Exchange) => Promise<void>;
  /** Observes whether the relying party answered the second time what it had answered the first time. */
  readonly observeRepeated: (name: string, first: Exchange, second: Exchange) => Promise<void>;
  /** Observes what the verifier said last, in this scenario, of evidence for a key. */
  readonly observeAppraisal: (name: string) => Promise<void>;
  /** Observes whether the order that was judged last is the one that its user gave. */
  readonly observeOrder: (name: string, given: SignedHttpRequest) => Promise<void>;
}

/** A phone that tells one story after another. */
export interface Storyteller {
  story(scenarioId: string): Story;
}

/** Tells stories with the probe of one phone. */
export function createStoryteller(
  probe: ProbeWords,
  control: ControlClient,
  phone: string,
): Storyteller {
  const told = { probe, control: describingOnce(control), phone };
  const registered = once(() =>
    registerPhone(probe, registrars(told.control, phone), {
      subject: `${phone}.orders`.slice(0, MAX_COMMON_NAME),
      alias: 'orders',
    }),
  );
  return { story: (scenarioId) => storyOf({ ...told, registered, scenarioId }) };
}

// It becomes a certificate's common name.
const MAX_COMMON_NAME = 64;

function registrars(
  control: ControlClient,
  phone: string,
): readonly [RelyingPartyDoor, RelyingPartyDoor] {
  return [openDoor(control, phone), openDoor(control, phone, 'undemanding')];
}

interface Telling {
  readonly probe: ProbeWords;
  readonly control: ControlClient;
  readonly phone: string;
  readonly registered: () => Promise<Registration>;
  readonly scenarioId: string;
}

function storyOf(telling: Telling): Story {
  const { probe, control, phone, scenarioId } = telling;
  const relyingParty = openDoor(control, phone);
  const alias = scenarioId.replaceAll('/', '.');
  const subject = `${phone}.${alias}`.slice(0, MAX_COMMON_NAME);
  const observe: Story['observe'] = async (name, observation) => {
    await control.report('observations', { phone, name, observation });
  };
  return {
    ...{ subject, relyingParty, observe },
    phone: storyPhone(telling, { alias, subject, relyingParty }),
    lab: openLab(control, { alias: phone, platform: probe.platform }),
    backend: (id) => openDoor(control, phone, id),
    laptop: openLaptop(),
    attacker: openAttacker(probe),
    watch: openWatch(control, phone),
    mutualTls: openMutualTls({ probe, control, phone, alias, relyingParty }),
    wire: openWire({ probe, control, phone, subject, relyingParty }),
    observeAnswer: (name, { status, code, checks }) =>
      observe(name, { kind: 'response', status, code, checks }),
    observeRepeated: (name, first, second) =>
      observe(name, operationOf('answer.repeated', isDeepStrictEqual(first, second), 'another')),
    async observeAppraisal(name) {
      const results = await relyingParty.appraisals();
      const result = results.findLast(({ format }) => !OTHER_FORMATS.has(format));
      if (result === undefined) {
        const message = 'the verifier was not asked about evidence';
        throw new HarnessError('ERR_RELYING_PARTY', message);
      }
      await observe(name, { kind: 'appraisal', result });
    },
    async observeOrder(name, given) {
      const judged = (await relyingParty.appraisals()).findLast(
        ({ format }) => format === 'signed-request',
      );
      const isSame = judged?.claims['bodySha256'] === sha256Hex(given.body);
      await observe(name, operationOf('order.received-as-given', isSame, 'another_body'));
    },
  };
}

function storyPhone(
  { probe, control, phone, registered }: Telling,
  names: {
    readonly alias: string;
    readonly subject: string;
    readonly relyingParty: RelyingPartyDoor;
  },
): StoryPhone {
  const { alias, subject, relyingParty } = names;
  return {
    platform: probe.platform,
    makeKey: (algorithm, wish = {}) =>
      climbDown(probe, { alias, algorithm, purpose: 'sign', ...wish }),
    tryExport: (key) => tryExport(probe, key),
    async prepareEnrolment(wish) {
      const { rpId } = await relyingParty.describe();
      return prepareEnrolment(probe, { alias, subject, rpId, purpose: 'tls', ...wish });
    },
    async integrityVerdict(enrolment, kind) {
      const { rpId } = await relyingParty.describe();
      return integrityVerdict(probe, { rpId, kind, enrolment });
    },
    install: (enrolment, issued) => installCertificate(probe, enrolment.key, issued),
    costs: () => measureCosts(probe, alias),
    registered,
    register: (at) =>
      registerPhone(
        probe,
        at === undefined ? registrars(control, phone) : [openDoor(control, phone, at)],
        { subject, alias },
      ),
  };
}

function operationOf(operation: string, isDone: boolean, otherwise: string): Observation {
  const kind = 'operation';
  return isDone
    ? { kind, operation, outcome: 'done', code: null }
    : { kind, operation, outcome: 'refused', code: otherwise };
}

function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return () => (made ??= make());
}

const OTHER_FORMATS: ReadonlySet<string> = new Set(['csr', 'signed-request', 'play-integrity']);
