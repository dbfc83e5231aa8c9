import { fromBase64url, toBase64url } from '../../encoding/bytes.js';
import { enrolmentBinding } from '../../evidence/formats/index.js';
import { HarnessError } from '../../errors.js';
import { ProbeError } from '../../probe/index.js';
import type { SubmittedVerdict } from '../../relying-party/index.js';
import type { Enrolment } from './enrolment.js';
import type { ProbeWords } from './probe-words.js';

/** Has the phone ask Play Integrity about an enrolment; null where there is no Play to ask. */
export async function integrityVerdict(
  probe: ProbeWords,
  about: {
    readonly rpId: string;
    readonly kind: SubmittedVerdict['kind'];
    readonly enrolment: Pick<Enrolment, 'challenge' | 'csr'>;
  },
): Promise<SubmittedVerdict | null> {
  const { rpId, kind, enrolment } = about;
  const nonce = bytes(enrolment.challenge);
  const csr = bytes(enrolment.csr);
  const bound = toBase64url(enrolmentBinding({ rpId, purpose: 'tls', nonce, csr }));
  try {
    const { token } = await probe.ask(
      'playintegrity.request',
      kind === 'classic' ? { kind, nonce: bound } : { kind, requestHash: bound },
    );
    return { kind, token };
  } catch (error) {
    if (error instanceof ProbeError && isWithoutPlay(error)) return null;
    throw error;
  }
}

// Google: API_NOT_AVAILABLE, PLAY_STORE_NOT_FOUND, PLAY_SERVICES_NOT_FOUND. Any other failure says
// nothing of the phone, and must not look like one that has no Play.
const WITHOUT_PLAY: readonly (number | null)[] = [-1, -2, -6];

function isWithoutPlay({ code, publicCode }: ProbeError): boolean {
  return code === 'play_integrity_failed' && WITHOUT_PLAY.includes(publicCode);
}

function bytes(text: string): Uint8Array {
  const decoded = fromBase64url(text);
  if (decoded === null) throw new HarnessError('ERR_PROBE_PROTOCOL', 'bytes are not base64url');
  return decoded;
}
