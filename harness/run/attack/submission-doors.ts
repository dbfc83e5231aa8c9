import type { Attack } from '../../attacks/index.js';
import type { ReferenceValues } from '../../farm/reference-values.js';
import type { Door } from './doors.js';
import type { MintedKey } from './minting-phones.js';
import type { EnrollingPhone, PhoneMaker } from './registered-phones.js';
import {
  androidSubmissions,
  assertedSubmissions,
  attestedSubmissions,
} from './submission-trials.js';
import {
  enrolmentRoute,
  renewalRoute,
  signingKeyRoute,
  type SubmissionRoute,
} from './submissions.js';
import type { EvidenceFormat, Occasion, Session, Target } from './target.js';
import type { DoorTrials } from './trial.js';
import { wholeSubmissionTrials } from './whole-submission-trials.js';

const DOORS: readonly (readonly [Occasion, EvidenceFormat, string])[] = [
  ['enrolment', 'android-key', 'enrolment, Android phone'],
  ['enrolment', 'app-attest-attestation', 'enrolment, iPhone'],
  ['signingKey', 'android-key', 'signing key, Android phone'],
  ['signingKey', 'app-attest-assertion', 'signing key, iPhone'],
  ['signingKey', 'app-attest-attestation', 'signing key by attestation, iPhone'],
  ['renewal', 'android-key', 'renewal, Android phone'],
  ['renewal', 'app-attest-attestation', 'renewal, iPhone'],
  ['renewal', 'app-attest-assertion', 'renewal by assertion, iPhone'],
];

const OCCASIONS: Readonly<Record<Occasion, string>> = {
  enrolment: 'first enrolments',
  signingKey: 'signing keys',
  renewal: 'renewals',
};

/** With whose phones keys are submitted, and to whom. */
export interface SubmissionDoorOptions {
  readonly phones: PhoneMaker;
  readonly values: ReferenceValues;
  /** Whether the target judges by the status list of the vendors of these phones. */
  readonly readsStatusList: boolean;
}

/** The doors at which keys are submitted with their evidence. */
export function submissionDoors(target: Target, options: SubmissionDoorOptions): readonly Door[] {
  return DOORS.filter(([occasion, format]) => isExpected(target, occasion, format)).map(
    ([occasion, format, door]): Door => ({
      door,
      applies: ['csr', format, 'submission'] satisfies readonly Attack['applies'][],
      occasion,
      missing: target.takes(occasion, format)
        ? null
        : `the target takes no ${OCCASIONS[occasion]} by ${format}`,
      open: () =>
        format === 'android-key'
          ? openAndroid({ door, target, occasion }, options)
          : openIPhone({ door, target, occasion, format }, options),
    }),
  );
}

// Signing keys of an iPhone come one way or the other.
function isExpected(target: Target, occasion: Occasion, format: EvidenceFormat): boolean {
  if (occasion !== 'signingKey' || format === 'android-key') return true;
  if (format === 'app-attest-attestation') return target.takes(occasion, format);
  return target.takes(occasion, format) || !target.takes(occasion, 'app-attest-attestation');
}

interface Opening {
  readonly door: string;
  readonly target: Target;
  readonly occasion: Occasion;
}

async function openAndroid(
  opening: Opening,
  { phones, readsStatusList }: SubmissionDoorOptions,
): Promise<DoorTrials> {
  const android = phones.android();
  const { phone } = android;
  const route = await routeOf({ ...opening, format: 'android-key' }, android);
  return withWhole(await androidSubmissions(opening.door, route, phone), {
    ...opening,
    route,
    mint: (asked) => phone.mint(asked),
    mintFor: null,
    mintRevoked: readsStatusList
      ? (asked) => phone.mintRevoked(asked)
      : 'whether the target reads the status list of --roots-to is not said',
    another: anotherOf(phones.android()),
  });
}

async function openIPhone(
  opening: Opening & { readonly format: EvidenceFormat },
  { phones, values }: SubmissionDoorOptions,
): Promise<DoorTrials> {
  const { door, format } = opening;
  const iPhone = phones.iPhone();
  const { phone } = iPhone;
  const route = await routeOf(opening, iPhone);
  const asserts = format === 'app-attest-assertion';
  const { environment } = values.apple;
  const trials = asserts
    ? assertedSubmissions(door, route, phone)
    : attestedSubmissions(door, route, { phone, environment });
  const mintFor = (asked: Parameters<typeof phone.mint>[0], key?: MintedKey) =>
    asserts ? phone.mintAsserted(asked, key) : phone.mint(asked, key);
  return withWhole(trials, {
    ...opening,
    ...{ route, mintFor },
    mint: (asked) => mintFor(asked),
    mintRevoked: 'no list of App Attest keys that were revoked is published',
    another: anotherOf(phones.iPhone()),
  });
}

async function routeOf(
  { target, occasion, format }: Opening & { readonly format: EvidenceFormat },
  phone: EnrollingPhone<unknown>,
): Promise<SubmissionRoute> {
  const way = { target, format };
  switch (occasion) {
    case 'enrolment':
      return enrolmentRoute(way);
    case 'signingKey':
      return signingKeyRoute(way, (await phone.registration()).session);
    case 'renewal':
      return renewalRoute(way, async () => (await phone.enrol()).session);
  }
}

function withWhole(
  trials: DoorTrials,
  parts: Parameters<typeof wholeSubmissionTrials>[0],
): DoorTrials {
  const whole = wholeSubmissionTrials(parts);
  return {
    ...trials,
    trials: [...trials.trials, ...whole.trials],
    unsent: [...trials.unsent, ...whole.unsent],
  };
}

function anotherOf(phone: EnrollingPhone<unknown>): () => Promise<Session> {
  return async () => (await phone.registration()).session;
}
