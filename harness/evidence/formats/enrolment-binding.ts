import { createHash } from 'node:crypto';
import { concatBytes, u16, utf8 } from '../../encoding/bytes.js';

/** What a phone asks for: the key of its client certificate, or the key that signs requests. */
export type EnrolmentPurpose = 'tls' | 'sign';

/** Bytes of a challenge's nonce. */
export const NONCE_BYTES = 32;

const LABEL = utf8('attestlab/enrol/v1');

/** What an enrolment's evidence is bound to. */
export interface EnrolmentBindingInput {
  /** The relying party's DNS name. */
  readonly rpId: string;
  readonly purpose: string;
  readonly nonce: Uint8Array;
  /** DER of the certification request, where the platform's evidence only vouches for its key. */
  readonly csr?: Uint8Array;
}

/**
 * H, the 32 bytes that evidence of an enrolment must hold: SHA-256 over a label, the relying party,
 * the purpose and the nonce, each of known length so that no two inputs read alike.
 */
export function enrolmentBinding(input: EnrolmentBindingInput): Uint8Array {
  if (input.nonce.length !== NONCE_BYTES) {
    throw new RangeError(`a nonce has ${NONCE_BYTES} bytes, not ${input.nonce.length}`);
  }
  const rpId = utf8(input.rpId);
  const purpose = utf8(input.purpose);
  return sha256(
    concatBytes(
      LABEL,
      Uint8Array.of(0),
      u16(rpId.length),
      rpId,
      u16(purpose.length),
      purpose,
      input.nonce,
      input.csr === undefined ? new Uint8Array() : sha256(input.csr),
    ),
  );
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
