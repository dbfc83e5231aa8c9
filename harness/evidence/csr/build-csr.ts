import { toBase64url } from '../../encoding/bytes.js';
import { signEnvelope } from '../../encoding/certificate-builder.js';
import { der } from '../../encoding/der-writer.js';
import { encodeName, NAME_OID } from '../../encoding/distinguished-name.js';
import { SIGNATURE_OID } from '../../encoding/signature.js';
import { CSR_ATTRIBUTE_OID } from './csr.js';

/** What a new certification request says. */
export interface NewCsr {
  readonly commonName: string;
  /** SubjectPublicKeyInfo of the key, DER. */
  readonly spki: Uint8Array;
  /** The challenge's nonce, put into challengePassword as base64url so that possession is fresh. */
  readonly nonce?: Uint8Array;
  /** ES256 by the key itself, DER: the key may be where its bytes cannot be had. */
  readonly sign: (info: Uint8Array) => Uint8Array;
}

/** A PKCS#10 request (RFC 2986) in DER. */
export function buildCsr(csr: NewCsr): Uint8Array {
  return signEnvelope(csrInfo(csr), {
    algorithm: der.sequence(der.oid(SIGNATURE_OID.ecdsaSha256)),
    sign: csr.sign,
  });
}

/** What the request's signature is over, for a key that signs in its own time. */
export function csrInfo(csr: Omit<NewCsr, 'sign'>): Uint8Array {
  const attributes =
    csr.nonce === undefined
      ? []
      : [
          der.sequence(
            der.oid(CSR_ATTRIBUTE_OID.challengePassword),
            der.set(der.utf8(toBase64url(csr.nonce))),
          ),
        ];
  return der.sequence(
    der.integer(0),
    encodeName([{ oid: NAME_OID.commonName, value: csr.commonName }]),
    csr.spki,
    der.contextConstructed(0, ...attributes),
  );
}
