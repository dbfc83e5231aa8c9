import type { ReferenceValues } from '../../farm/reference-values.js';
import type { VendorRoots } from '../../virtual-lab/secure-hardware/index.js';
import {
  mintingAndroid,
  mintingIPhone,
  type Asked,
  type MintingAndroid,
  type MintingIPhone,
} from './minting-phones.js';
import type { EvidenceFormat, RegisteredSigner, Session, Submission, Target } from './target.js';

/** A platform whose phones a target may take. */
export type Platform = 'android' | 'ios';

/** The format by which a platform's phones enrol first. */
export const FIRST_FORMAT = {
  android: 'android-key',
  ios: 'app-attest-attestation',
} as const satisfies Readonly<Record<Platform, EvidenceFormat>>;

/** A registration, and its enrolled key as one that signs requests. */
export interface Registration {
  readonly session: Session;
  readonly signer: RegisteredSigner;
}

/** A phone that enrols as often as it is asked to. */
export interface EnrollingPhone<Phone> {
  readonly phone: Phone;
  enrol(): Promise<Registration>;
  /** The registration of the first enrolment. */
  registration(): Promise<Registration>;
}

/** Makes phones for a target. */
export interface PhoneMaker {
  android(): EnrollingPhone<MintingAndroid>;
  iPhone(): EnrollingPhone<MintingIPhone>;
}

/** Phones of these vendors that run the app of the reference values. */
export function phoneMaker(
  target: Target,
  made: { readonly vendors: VendorRoots; readonly values: ReferenceValues },
): PhoneMaker {
  const { vendors, values } = made;
  const enrolling = <Phone extends { mint(asked: Asked): Promise<Submission> }>(
    phone: Phone,
    format: EvidenceFormat,
  ): EnrollingPhone<Phone> => {
    let first: Promise<Registration> | null = null;
    const enrol = async (): Promise<Registration> => {
      const challenge = await target.open('enrolment', format, null);
      const minted = await phone.mint(challenge);
      const answer = await challenge.submit(minted, null);
      return {
        session: challenge.sessionOf(minted.key, answer),
        signer: challenge.signerOf(minted.key, answer),
      };
    };
    return { phone, enrol, registration: () => (first ??= enrol()) };
  };
  return {
    android: () => enrolling(mintingAndroid(vendors, values), FIRST_FORMAT.android),
    iPhone: () => enrolling(mintingIPhone(vendors, values), FIRST_FORMAT.ios),
  };
}
