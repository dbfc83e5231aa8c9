import { failed, passed, type Check } from '../../verifier/check.js';
import type { DenyEntry, Registration } from '../store.js';
import { notDenied } from './deny-list.js';

/** What the relying party reads from a connection's client certificate. */
export interface ClientCertificate {
  readonly keyId: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** Who a connection says it is. */
export interface Connection {
  readonly certificate: ClientCertificate | null;
  readonly registration: Registration | null;
  /** The entry of the certificate's key on the deny list. */
  readonly denied: DenyEntry | null;
  readonly nowMs: number;
}

/** Rules about the connection's certificate, applied to each request again. */
export const clientCertificateChecks: readonly Check<Connection>[] = [
  {
    id: 'client-certificate/presented',
    rule: 'The connection carries a client certificate of the enrolment authority.',
    source: 'RFC 8446, 4.4.2: client certificates',
    withoutIt: 'anybody on the network speaks to the interface.',
    needs: [],
    evaluate: ({ certificate }) =>
      certificate === null ? failed('a client certificate', 'none') : passed,
  },
  {
    id: 'client-certificate/valid-now',
    rule: 'The certificate is valid at the time of the request, not only of the handshake.',
    source: 'RFC 5280, 4.1.2.5; a resumed or long-lived connection outlives the handshake’s check',
    withoutIt: 'a connection that is kept open outlives the short life of its certificate.',
    needs: ['client-certificate/presented'],
    evaluate: ({ certificate, nowMs }) => {
      if (certificate === null) return failed('a client certificate', 'none');
      const { notBeforeMs, notAfterMs } = certificate;
      if (notBeforeMs <= nowMs && nowMs <= notAfterMs) return passed;
      const [from, to, now] = [notBeforeMs, notAfterMs, nowMs].map((ms) =>
        new Date(ms).toISOString(),
      );
      return failed(`${from ?? ''} to ${to ?? ''}`, now ?? '');
    },
  },
  {
    id: 'client-certificate/registered',
    rule: 'The certificate’s key is the connection key of a registration.',
    source: 'RFC 8705, 3: the certificate is bound to what the server has on record',
    withoutIt: 'a certificate of the right authority for a key that nobody enrolled is let in.',
    needs: ['client-certificate/presented'],
    evaluate: ({ registration }) =>
      registration === null ? failed('a registered key', 'a key without registration') : passed,
  },
  {
    id: 'client-certificate/key-not-denied',
    rule: 'The certificate’s key is not on the deny list.',
    source: 'RFC 5280, 3.3: a certificate may have to end before its time',
    withoutIt: 'a stolen phone keeps its access for as long as its certificate lives.',
    needs: ['client-certificate/presented'],
    evaluate: notDenied,
  },
];
