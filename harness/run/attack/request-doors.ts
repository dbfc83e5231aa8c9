import type { Door } from './doors.js';
import type { MintedKey } from './minting-phones.js';
import {
  FIRST_FORMAT,
  type EnrollingPhone,
  type PhoneMaker,
  type Platform,
} from './registered-phones.js';
import {
  assertedRequestTrials,
  signedRequestTrials,
  type SigningRequester,
} from './request-trials.js';
import type { RegisteredSigner, RequestForm, RequestKind, Session, Target } from './target.js';
import type { DoorTrials } from './trial.js';

const DOORS: readonly (readonly [RequestKind, Platform, string])[] = [
  ['signed-request', 'android', 'signed request, Android phone'],
  ['signed-request', 'ios', 'signed request, iPhone'],
  ['profile-r-request', 'android', 'RFC 9421 request, Android phone'],
  ['profile-r-request', 'ios', 'RFC 9421 request, iPhone'],
  ['asserted-request', 'ios', 'App Attest request, iPhone'],
];

/** How a target takes requests. */
export interface RequestDoorOptions {
  readonly phones: PhoneMaker;
  readonly counters: SigningRequester['counters'];
}

/** The doors that signed requests come to. */
export function requestDoors(target: Target, options: RequestDoorOptions): readonly Door[] {
  return DOORS.map(([kind, platform, door]): Door => {
    const form = target.requests(kind);
    const missing = whyMissing(target, { kind, platform, form });
    return {
      ...{ door, missing, applies: [kind], occasion: null },
      open: () => {
        if (form === null) throw new Error(`the target takes no ${kind}`);
        return openRequests(target, { door, kind, platform, form }, options);
      },
    };
  });
}

function whyMissing(
  target: Target,
  asked: {
    readonly kind: RequestKind;
    readonly platform: Platform;
    readonly form: RequestForm | null;
  },
): string | null {
  const { kind, platform, form } = asked;
  const phone = platform === 'android' ? 'Android phone' : 'iPhone';
  if (form === null) return `the target takes no ${KINDS[kind]}`;
  if (!target.takes('enrolment', FIRST_FORMAT[platform])) return `the target enrols no ${phone}`;
  if (kind === 'asserted-request' || !registersKeys(target)) return null;
  return signingFormat(target, platform) === null
    ? `the target registers no signing key of an ${phone}`
    : null;
}

const KINDS: Readonly<Record<RequestKind, string>> = {
  'signed-request': 'signed requests',
  'profile-r-request': 'requests signed by RFC 9421',
  'asserted-request': 'requests signed by App Attest',
};

async function openRequests(
  target: Target,
  asked: {
    readonly door: string;
    readonly kind: RequestKind;
    readonly platform: Platform;
    readonly form: RequestForm;
  },
  { phones, counters }: RequestDoorOptions,
): Promise<DoorTrials> {
  const { door, kind, platform, form } = asked;
  const other = await otherSession(target, platform, phones);
  if (kind === 'asserted-request') {
    const iPhone = phones.iPhone();
    const { session } = await iPhone.registration();
    return assertedRequestTrials(door, { form, session, otherSession: other }, iPhone.phone);
  }
  const keys =
    platform === 'android'
      ? await androidKeys(target, phones.android())
      : await iPhoneKeys(target, phones.iPhone());
  return signedRequestTrials(door, kind, { ...keys, form, otherSession: other, counters });
}

type Keys = Pick<SigningRequester, 'session' | 'register' | 'registerAgain'>;

async function androidKeys(
  target: Target,
  android: ReturnType<PhoneMaker['android']>,
): Promise<Keys> {
  const { session, signer } = await android.registration();
  return {
    session,
    registerAgain: null,
    async register() {
      if (!registersKeys(target)) return signer;
      const challenge = await target.open('signingKey', 'android-key', session);
      const minted = await android.phone.mint(challenge);
      return challenge.signerOf(minted.key, await challenge.submit(minted, null));
    },
  };
}

async function iPhoneKeys(target: Target, iPhone: ReturnType<PhoneMaker['iPhone']>): Promise<Keys> {
  const { session, signer } = await iPhone.registration();
  const register = async (given?: MintedKey): Promise<RegisteredSigner> => {
    const format = signingFormat(target, 'ios');
    if (format === null) return signer;
    const challenge = await target.open('signingKey', format, session);
    const { phone } = iPhone;
    const minted =
      format === 'app-attest-assertion'
        ? await phone.mintAsserted(challenge, given)
        : await phone.mint(challenge, given);
    return challenge.signerOf(minted.key, await challenge.submit(minted, null));
  };
  return {
    session,
    register: () => register(),
    registerAgain: registersKeys(target) ? register : null,
  };
}

function registersKeys(target: Target): boolean {
  return signingFormat(target, 'android') !== null || signingFormat(target, 'ios') !== null;
}

function signingFormat(target: Target, platform: Platform) {
  const formats =
    platform === 'android'
      ? (['android-key'] as const)
      : (['app-attest-assertion', 'app-attest-attestation'] as const);
  return formats.find((format) => target.takes('signingKey', format)) ?? null;
}

// Of the other platform where the target takes that, since nothing of it is like this phone's.
async function otherSession(
  target: Target,
  platform: Platform,
  phones: PhoneMaker,
): Promise<Session> {
  const hasOther = target.takes('enrolment', FIRST_FORMAT[platform === 'ios' ? 'android' : 'ios']);
  const isAndroid = hasOther ? platform === 'ios' : platform === 'android';
  const other: EnrollingPhone<unknown> = isAndroid ? phones.android() : phones.iPhone();
  return (await other.registration()).session;
}
