import { concatBytes, utf8 } from '../encoding/bytes.js';
import { encodePemCertificate } from '../encoding/pem.js';
import type { Evidence } from '../evidence/evidence.js';
import type { RawEvidence } from '../report/screened-evidence.js';

/**
 * The bytes of `evidence` without our own record around them: a PEM chain for OpenSSL, DER, CBOR,
 * CMS, a compact token, or an HTTP/1.1 message (RFC 9112).
 */
export function rawEvidence(evidence: Evidence): RawEvidence {
  switch (evidence.format) {
    case 'android-key':
      return {
        extension: 'pem',
        bytes: utf8(evidence.certificates.map(encodePemCertificate).join('')),
      };
    case 'app-attest-attestation':
    case 'app-attest-assertion':
      return { extension: 'cbor', bytes: evidence.bytes };
    case 'app-attest-receipt':
      return { extension: 'p7', bytes: evidence.bytes };
    case 'csr':
      return { extension: 'csr', bytes: evidence.bytes };
    case 'play-integrity':
      return {
        extension: evidence.form === 'classic-token' ? 'jwe' : 'json',
        bytes: utf8(evidence.text),
      };
    case 'signed-request': {
      const { method, target, headers, body } = evidence.request;
      const lines = [
        `${method} ${target} HTTP/1.1`,
        ...headers.map(([name, value]) => `${name}: ${value}`),
      ];
      return {
        extension: 'http',
        bytes: concatBytes(utf8(`${lines.join('\r\n')}\r\n\r\n`), body),
      };
    }
  }
}
