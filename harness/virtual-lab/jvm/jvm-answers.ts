import { fromBase64url, toBase64url } from '../../encoding/bytes.js';
import { readCertificate } from '../../encoding/certificate.js';
import { KEY_DESCRIPTION_OID } from '../../evidence/android-key/index.js';
import type { AppContext } from '../app-program.js';
import {
  chainOfStranger,
  KeystoreException,
  type KeystoreFailure,
} from '../secure-hardware/index.js';
import { JVM_QUESTIONS, type JvmArgs, type JvmQuestion } from './jvm-protocol.js';

/** What a phone answers its JVM. */
export type JvmAnswer =
  | { readonly answered: object }
  | { readonly refused: { readonly message: string } & Partial<JvmFailure> };

/** A vendor's failure, of which the JVM makes what its platform throws. */
interface JvmFailure extends Pick<KeystoreFailure, 'publicCode' | 'rawCode' | 'transient'> {
  readonly exception: string;
}

type Answer = (context: AppContext, args: unknown) => object | Promise<object>;

type Answers = {
  readonly [Question in JvmQuestion]: (
    context: AppContext,
    args: JvmArgs<Question>,
  ) => object | Promise<object>;
};

const ANSWERS: Answers = {
  async 'keys/certify'({ keys }, { challenge, spki, ...request }) {
    const asked = challenge === null ? request : { ...request, challenge: bytes(challenge) };
    const { level, attestationChain } = await outside(keys).certify(asked, bytes(spki));
    return { level, chain: attestationChain?.map(toBase64url) ?? null };
  },
  async 'keys/admit'({ keys }, { digest, ...key }) {
    await outside(keys).admit(key, digest);
    return {};
  },
  'network/route'({ network }) {
    const { proxy, isDown } = network.route();
    return { proxy, down: isDown };
  },
  async 'play/request'({ play }, request) {
    if (play === null) throw new RangeError('Play Integrity is a service of Android');
    return { token: await play.request(request) };
  },
  async pause({ pause }, { ms }) {
    await pause(ms);
    return {};
  },
  'attacker/forge'(_, { chain }) {
    const genuine = chain.map(bytes);
    return { chain: (isAttested(genuine) ? chainOfStranger(genuine) : genuine).map(toBase64url) };
  },
};

/** Answers a question of the app that runs in a JVM; what the phone refuses is an answer too. */
export async function answerJvm(
  context: AppContext,
  what: string,
  args: unknown,
): Promise<JvmAnswer> {
  try {
    if (!isQuestion(what)) throw new RangeError(`nobody can ask a phone for ${what}`);
    const parsed: unknown = JVM_QUESTIONS[what].parse(args);
    // The tables pair each question with its own arguments; a union of names loses that.
    const answer = ANSWERS[what] as Answer;
    return { answered: await answer(context, parsed) };
  } catch (error) {
    if (!(error instanceof KeystoreException)) return { refused: { message: String(error) } };
    const { className, publicCode, rawCode, transient } = error;
    // The codes in the text are the platform's to put there: `KeyStoreException.toString()` does it.
    const message = error.message.replace(/ \(public error code: .*\)$/, '');
    return { refused: { exception: className, message, publicCode, rawCode, transient } };
  }
}

function isQuestion(what: string): what is JvmQuestion {
  return Object.hasOwn(JVM_QUESTIONS, what);
}

function outside(keys: AppContext['keys']) {
  if (keys.outside === null) throw new RangeError('keys are kept outside of Android phones alone');
  return keys.outside;
}

function isAttested([leaf]: readonly Uint8Array[]): boolean {
  return (
    leaf !== undefined &&
    readCertificate(leaf).extensions.some(({ oid }) => oid === KEY_DESCRIPTION_OID)
  );
}

function bytes(text: string): Uint8Array {
  const decoded = fromBase64url(text);
  if (decoded === null) throw new RangeError('bytes are no base64url');
  return decoded;
}
