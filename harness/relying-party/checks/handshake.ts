import { failed, holds, passed, type Check } from '../../verifier/check.js';
import { clientCertificateChecks, type Connection } from './client-certificate.js';

/** What a listener that turns nobody away saw of a connection's certificate. */
export interface ShownConnection extends Connection {
  readonly shown: ShownCertificate | null;
  /** Why TLS would end the connection, as OpenSSL names it, such as `CERT_HAS_EXPIRED`; or null. */
  readonly tlsRefusal: string | null;
}

/** What a certificate says, and whose signature it bears. */
export interface ShownCertificate {
  readonly issuer: string;
  /** Object identifiers of the extended key usage; null where the certificate has none. */
  readonly usages: readonly string[] | null;
  /** Whether it chains to an anchor of whoever issues client certificates. */
  readonly isFromAuthority: boolean;
}

/** RFC 5280, 4.2.1.12. */
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';

const PRESENTED = 'client-certificate/presented';
const FROM_AUTHORITY = 'handshake/certificate-from-authority';
const FOR_CLIENTS = 'handshake/certificate-for-clients';

/**
 * What TLS itself demands of a client certificate, one rule at a time. The listener with mutual TLS
 * leaves that to TLS, which tells nobody why; the diagnostics judge by these in its place.
 */
export const handshakeChecks: readonly Check<ShownConnection>[] = [
  {
    id: FROM_AUTHORITY,
    rule: 'The certificate chains to an anchor of the enrolment authority.',
    source: 'RFC 5280, 6.1.3 (a)(1) and (4): signature and issuer name',
    withoutIt: 'anybody makes himself a certificate and is let in.',
    needs: [PRESENTED],
    evaluate: ({ shown }) =>
      shown === null
        ? failed('a client certificate', 'none')
        : holds(shown.isFromAuthority, {
            expected: 'a certificate that chains to the enrolment authority',
            actual: `one of ${shown.issuer}`,
          }),
  },
  {
    id: FOR_CLIENTS,
    rule: 'The certificate, where it limits its use at all, is for client authentication.',
    source: 'RFC 5280, 4.2.1.12: extended key usage',
    withoutIt:
      'a certificate of the authority that was meant for something else opens connections.',
    needs: [PRESENTED],
    evaluate: ({ shown }) =>
      shown === null
        ? failed('a client certificate', 'none')
        : holds(shown.usages?.includes(CLIENT_AUTHENTICATION) ?? true, {
            expected: `extended key usage ${CLIENT_AUTHENTICATION}`,
            actual: shown.usages?.join(', ') ?? 'none',
          }),
  },
  {
    id: 'handshake/accepted-by-tls',
    rule: 'TLS finds nothing else against the certificate.',
    source: 'RFC 8446, 4.4.2.4: who receives a certificate may abort for reasons of his own',
    withoutIt: 'an explanation says yes where TLS says no, for a reason that no other rule has.',
    needs: [PRESENTED, 'client-certificate/valid-now', FROM_AUTHORITY, FOR_CLIENTS],
    evaluate: ({ tlsRefusal }) =>
      tlsRefusal === null ? passed : failed('no objection by OpenSSL', tlsRefusal),
  },
];

const ASKED_BY_TLS_TOO: readonly string[] = [PRESENTED, 'client-certificate/valid-now'];
const isAskedByTls = ({ id }: Check<Connection>): boolean => ASKED_BY_TLS_TOO.includes(id);

/** Every rule in the order in which a connection meets them: those of TLS, then those of requests. */
export const connectionChecks: readonly Check<ShownConnection>[] = [
  ...clientCertificateChecks.filter(isAskedByTls),
  ...handshakeChecks,
  ...clientCertificateChecks.filter((check) => !isAskedByTls(check)),
];
