/** A fatal alert that a peer sent. */
export interface TlsAlert {
  readonly number: number;
  readonly name: string;
}

/** RFC 8446, 6, and RFC 5246, 7.2, for the ones that only TLS 1.2 knows. */
const NAMES: Readonly<Record<number, string>> = {
  10: 'unexpected_message',
  20: 'bad_record_mac',
  22: 'record_overflow',
  40: 'handshake_failure',
  42: 'bad_certificate',
  43: 'unsupported_certificate',
  44: 'certificate_revoked',
  45: 'certificate_expired',
  46: 'certificate_unknown',
  47: 'illegal_parameter',
  48: 'unknown_ca',
  49: 'access_denied',
  50: 'decode_error',
  51: 'decrypt_error',
  70: 'protocol_version',
  71: 'insufficient_security',
  80: 'internal_error',
  86: 'inappropriate_fallback',
  90: 'user_canceled',
  100: 'no_renegotiation',
  109: 'missing_extension',
  110: 'unsupported_extension',
  112: 'unrecognized_name',
  113: 'bad_certificate_status_response',
  115: 'unknown_psk_identity',
  116: 'certificate_required',
  120: 'no_application_protocol',
};

/** The alert of the peer that an error of OpenSSL tells of; null where it tells of none. */
export function receivedAlert(error: Error): TlsAlert | null {
  // OpenSSL gives a number for alerts that it received, none for those that it sends.
  const [, digits] = /SSL alert number (\d+)/.exec(error.message) ?? [];
  if (digits === undefined) return null;
  const number = Number(digits);
  return { number, name: NAMES[number] ?? 'unknown' };
}
