import { X509Certificate } from 'node:crypto';
import { ExtendedKeyUsage, ExtendedKeyUsageExtension } from '../../encoding/peculiar.js';
import type { Authority } from '../authority.js';

/** What a client certificate is to say. All of it comes from policy, none from the phone's request. */
export interface CertificationOrder {
  /** The phone's request (PKCS#10, DER), for whoever signs nothing else; of it only the key counts. */
  readonly csr: Uint8Array;
  /** The request's key: SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** The one common name. */
  readonly subject: string;
  /** In whole seconds, as certificates are. */
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Issues client certificates: the lab's own authority, or one that somebody else runs. */
export interface ClientCertificateIssuer {
  /** Self-signed, DER. A connection's certificate must chain to one of them, and to no other. */
  readonly anchors: readonly Uint8Array[];
  /**
   * The certificate for an order, for client authentication alone, with all between it and an anchor,
   * leaf first. It is asked once the evidence has been appraised and the key claimed, and rejects
   * where it issues nothing. Whoever calls it judges what it returns.
   */
  issue(order: CertificationOrder): Promise<readonly Uint8Array[]>;
}

/** Throws where no connection would ever chain to one of them. */
export function assertAnchors(anchors: readonly Uint8Array[]): void {
  if (anchors.length === 0) throw new RangeError('an issuer without an anchor');
  for (const [at, der] of anchors.entries()) {
    const anchor = new X509Certificate(der);
    // TLS does not end a path at a certificate that somebody else signed.
    if (anchor.ca && anchor.checkIssued(anchor) && anchor.verify(anchor.publicKey)) continue;
    throw new RangeError(`anchor ${at} is no authority that signed itself: ${anchor.subject}`);
  }
}

/** The lab's own authority as an issuer. */
export function ownIssuer(authority: Authority): ClientCertificateIssuer {
  const usage = new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]);
  return {
    anchors: [authority.certificate],
    async issue({ subject, spki, notBefore, notAfter }) {
      const order = { commonName: subject, spki, notBefore, notAfter, extensions: [usage] };
      return [await authority.issue(order), authority.certificate];
    },
  };
}
