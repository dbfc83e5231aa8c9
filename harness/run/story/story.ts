import type { Observation } from '../../expectation/observation.js';
import { HarnessError } from '../../errors.js';
import type { SignedHttpRequest } from '../../evidence/signed-request/index.js';
import type { ControlClient } from '../control-client.js';
import type { Exchange } from '../control-protocol.js';
import { openDoor, type RelyingPartyDoor } from './door.js';
import { prepareEnrolment, type Enrolment, type EnrolmentOrder } from './enrolment.js';
import { installCertificate } from './certificate.js';
import { measureCosts, type OperationCost } from './costs.js';
import { climbDown, tryExport, type ClimbedLadder, type PhoneKey } from './keys.js';
import { laptopCsr } from './laptop.js';
import type { ProbeWords } from './probe-words.js';
import { registerPhone, type Registration } from './registration.js';
import { openMutualTls, type StoryMutualTls } from './mutual-tls.js';
import { openWire, type StoryWire } from './wire.js';
import { spoilOnTheWay, spoilRequest, type CsrAttackId, type RequestAttackId } from './spoil.js';

/** What a story may want otherwise of an enrolment; the rest is as an honest app does it. */
export type EnrolmentWish = Pick<EnrolmentOrder, 'challenge' | 'evidenceChallenge' | 'csrAttack'>;

/** The phone of a story, in the words of a story. */
export interface StoryPhone {
  /** Makes a key on the highest rung of the phone's ladder that yields one. */
  makeKey(algorithm: 'ec-p256' | 'rsa-2048'): Promise<ClimbedLadder>;
  /** Tries to take the key out of where it lives. */
  tryExport(key: PhoneKey): Promise<Observation>;
  /** Makes key, certification request and evidence for a client certificate, and sends nothing. */
  prepareEnrolment(wish: EnrolmentWish): Promise<Enrolment>;
  /** Installs the certificate chain that was issued, for the key that it certifies. */
  install(enrolment: Enrolment, issued: Exchange): Promise<Observation>;
  /** What each operation of its keys costs, measured by doing it several times. */
  costs(): Promise<readonly OperationCost[]>;
  /** The phone's registration; made once for all stories, since vendors ration attestations. */
  registered(): Promise<Registration>;
}

/** Somebody with the relying party's address, a certificate tool and no phone. */
export interface StoryLaptop {
  prepareEnrolment(about: {
    readonly subject: string;
    readonly challenge: string;
  }): Pick<Enrolment, 'challenge' | 'csr' | 'evidence'>;
}

/** Somebody between the phone and the relying party. */
export interface StoryAttacker {
  spoil(enrolment: Enrolment, attack: CsrAttackId): Enrolment;
  spoilRequest(request: SignedHttpRequest, attack: RequestAttackId): SignedHttpRequest;
}

/** What a scenario is told with. A story asserts nothing: the run judges what it observes. */
export interface Story {
  /** The account that the phone enrols for in this scenario. */
  readonly subject: string;
  readonly phone: StoryPhone;
  readonly relyingParty: RelyingPartyDoor;
  readonly laptop: StoryLaptop;
  readonly attacker: StoryAttacker;
  readonly wire: StoryWire;
  readonly mutualTls: StoryMutualTls;
  readonly observe: (name: string, observation: Observation) => Promise<void>;
  /** Observes what the relying party answered. */
  readonly observeAnswer: (name: string, exchange: Exchange) => Promise<void>;
  /** Observes what the verifier said last, in this scenario, of evidence for a key. */
  readonly observeAppraisal: (name: string) => Promise<void>;
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
  let registration: Promise<Registration> | null = null;
  return {
    story(scenarioId) {
      const relyingParty = openDoor(control, phone);
      const alias = scenarioId.replaceAll('/', '.');
      // It becomes a certificate's common name, which has at most 64 characters.
      const subject = `${phone}.${alias}`.slice(0, 64);
      const observe: Story['observe'] = async (name, observation) => {
        await control.ask('observations', { phone, name, observation });
      };
      return {
        subject,
        relyingParty,
        observe,
        laptop: {
          prepareEnrolment: (about) => ({
            challenge: about.challenge,
            csr: laptopCsr(about),
            evidence: null,
          }),
        },
        attacker: { spoil: spoilOnTheWay, spoilRequest },
        mutualTls: openMutualTls({ probe, control, phone, alias, relyingParty }),
        wire: openWire({ probe, control, phone, subject, relyingParty }),
        observeAnswer: (name, { status, code, checks }) =>
          observe(name, { kind: 'response', status, code, checks }),
        async observeAppraisal(name) {
          const results = await relyingParty.appraisals();
          const result = results.findLast(({ format }) => !OTHER_FORMATS.has(format));
          if (result === undefined) {
            throw new HarnessError(
              'ERR_RELYING_PARTY',
              'the verifier was not asked about evidence',
            );
          }
          await observe(name, { kind: 'appraisal', result });
        },
        phone: {
          makeKey: (algorithm) => climbDown(probe, { alias, algorithm, purpose: 'sign' }),
          tryExport: (key) => tryExport(probe, key),
          async prepareEnrolment(wish) {
            const { rpId } = await relyingParty.describe();
            return prepareEnrolment(probe, {
              ...{ alias, subject, rpId },
              purpose: 'tls',
              ...wish,
            });
          },
          install: (enrolment, issued) => installCertificate(probe, enrolment.key, issued),
          costs: () => measureCosts(probe, alias),
          registered: () =>
            (registration ??= registerPhone(probe, relyingParty, {
              subject: `${phone}.orders`.slice(0, 64),
              alias: 'orders',
            })),
        },
      };
    },
  };
}

const OTHER_FORMATS: ReadonlySet<string> = new Set(['csr', 'signed-request']);
