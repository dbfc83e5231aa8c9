import { encodePemCertificate } from '../../encoding/pem.js';
import type { ReferenceValues } from '../../farm/reference-values.js';
import {
  bytesOf,
  enrolmentReplySchema,
  signingKeyReplySchema,
  type ClientIdentity,
} from '../../relying-party/index.js';
import type { VendorRoots } from '../../virtual-lab/secure-hardware/index.js';
import { mintingAndroid, mintingIPhone, type MintedKey } from './minting-phones.js';
import {
  assertedRequestTrials,
  signedRequestTrials,
  type RegisteredSigner,
  type SigningRequester,
} from './request-trials.js';
import {
  androidSubmissions,
  assertedSubmissions,
  attestedSubmissions,
} from './submission-trials.js';
import {
  androidEvidence,
  assertionEvidence,
  attestationEvidence,
  enrolmentRoute,
  signingKeyRoute,
} from './submissions.js';
import { valueOf, type Answered, type Target } from './target.js';
import type { DoorTrials } from './trial.js';

/** Makes a door ready; what an earlier one registered may be replaced. */
export type OpenDoor = () => Promise<DoorTrials>;

/** Every door, to be opened when its turn comes. */
export async function doorsOf({
  target,
  values,
  vendors,
  counters,
}: {
  readonly target: Target;
  readonly values: ReferenceValues;
  readonly vendors: VendorRoots;
  readonly counters: SigningRequester['counters'];
}): Promise<readonly OpenDoor[]> {
  const { environment } = values.apple;
  const android = mintingAndroid(vendors, values);
  const iPhone = mintingIPhone(vendors, values);
  // Phones of their own, so that the ones that enrol under attack are not the ones that sign.
  const signingIPhone = mintingIPhone(vendors, values);
  const route = enrolmentRoute(target);
  const enrolAndroid = async () => {
    const challenge = await route.open();
    const { chain, key, csr } = await android.mint(challenge);
    return identityOf(key, await challenge.submit(csr, androidEvidence(chain)));
  };
  const enrolIPhone = async () => {
    const challenge = await route.open();
    const { submission, key, csr } = await signingIPhone.mint(challenge);
    return identityOf(key, await challenge.submit(csr, attestationEvidence(submission)));
  };
  const [androidIdentity, iPhoneIdentity] = [await enrolAndroid(), await enrolIPhone()];
  const androidKeys = signingKeyRoute(target, androidIdentity);
  const iPhoneKeys = signingKeyRoute(target, iPhoneIdentity);
  const ofAndroid: SigningRequester = {
    ...{ target, identity: androidIdentity, otherIdentity: iPhoneIdentity, counters },
    registerAgain: null,
    async register() {
      const challenge = await androidKeys.open();
      const { chain, key, csr } = await android.mint(challenge);
      return signerOf(key, await challenge.submit(csr, androidEvidence(chain)));
    },
  };
  const registerIPhone = async (given?: MintedKey): Promise<RegisteredSigner> => {
    const challenge = await iPhoneKeys.open();
    const { key, csr } = await signingIPhone.newKey(challenge.nonce, given);
    const assertion = await signingIPhone.assert(signingIPhone.bindingOf({ ...challenge, csr }));
    return signerOf(key, await challenge.submit(csr, assertionEvidence(assertion)));
  };
  const ofIPhone: SigningRequester = {
    ...{ target, identity: iPhoneIdentity, otherIdentity: androidIdentity, counters },
    register: () => registerIPhone(),
    registerAgain: registerIPhone,
  };
  const later = (trials: DoorTrials) => Promise.resolve(trials);
  return [
    () => androidSubmissions('enrolment, Android phone', route, android),
    () => later(attestedSubmissions('enrolment, iPhone', route, { phone: iPhone, environment })),
    () => androidSubmissions('signing key, Android phone', androidKeys, android),
    () => later(assertedSubmissions('signing key, iPhone', iPhoneKeys, signingIPhone)),
    () => signedRequestTrials('profile S, Android phone', 'signed-request', ofAndroid),
    () => signedRequestTrials('profile S, iPhone', 'signed-request', ofIPhone),
    () => signedRequestTrials('profile R, Android phone', 'profile-r-request', ofAndroid),
    () => signedRequestTrials('profile R, iPhone', 'profile-r-request', ofIPhone),
    () => later(assertedRequestTrials('App Attest request, iPhone', ofIPhone, signingIPhone)),
  ];
}

function identityOf(key: MintedKey, answer: Answered): ClientIdentity {
  const { certificateChain } = valueOf(answer, enrolmentReplySchema);
  return {
    certificateChain: certificateChain.map((one) => encodePemCertificate(bytesOf(one))).join(''),
    privateKey: key.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

function signerOf(key: MintedKey, answer: Answered): RegisteredSigner {
  return { key, epoch: BigInt(valueOf(answer, signingKeyReplySchema).epoch) };
}
