import { buildCertificate, type NewExtension } from '../../encoding/certificate-builder.js';
import { NAME_OID, type NameAttribute } from '../../encoding/distinguished-name.js';
import type { TestKey } from './test-key.js';

/** The moment at which the corpus appraises, unless a vector says otherwise. */
export const NOW = new Date('2026-06-01T00:00:00Z');

const VALID_FROM_MS = Date.parse('2026-01-01T00:00:00Z');
const VALID_TO_MS = Date.parse('2027-01-01T00:00:00Z');

/** What a certificate of the corpus says; its dates are good unless given. */
export interface TestCertificate {
  readonly subject: readonly NameAttribute[];
  readonly issuer: readonly NameAttribute[];
  readonly key: Pick<TestKey, 'spki'>;
  readonly by: TestKey;
  readonly serial: bigint;
  readonly extensions?: readonly NewExtension[];
  readonly notBeforeMs?: number | undefined;
  readonly notAfterMs?: number | undefined;
}

/** Mints a certificate of the corpus. */
export function mintCertificate(certificate: TestCertificate): Uint8Array {
  const { serial, issuer, subject, key, by, extensions = [] } = certificate;
  return buildCertificate({
    ...{ serial, issuer, subject, extensions, spki: key.spki, signer: by.signer },
    notBeforeMs: certificate.notBeforeMs ?? VALID_FROM_MS,
    notAfterMs: certificate.notAfterMs ?? VALID_TO_MS,
  });
}

/** A name of one common name. */
export function commonName(value: string): readonly NameAttribute[] {
  return [{ oid: NAME_OID.commonName, value }];
}
