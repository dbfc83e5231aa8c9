import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { fromBase64url } from '../../encoding/bytes.js';
import { parseCertificate } from '../../encoding/certificate.js';
import { HarnessError } from '../../errors.js';
import type { Observation } from '../../expectation/observation.js';
import { ProbeError } from '../../probe/index.js';
import type { Exchange } from '../control-protocol.js';
import type { PhoneKey } from './keys.js';
import type { ProbeWords } from './probe-words.js';

/** How long an issued certificate is valid: what short-lived means, measured. */
export function certificateLifetime(issued: Exchange): Observation {
  const [leaf] = chainOf(issued).map((text) => fromBase64url(text));
  const parsed = leaf && parseCertificate(leaf);
  if (!parsed?.ok) {
    throw new HarnessError('ERR_RELYING_PARTY', 'what was issued does not parse as a certificate');
  }
  const { notBeforeMs, notAfterMs } = parsed.value;
  return {
    kind: 'measurement',
    operation: 'certificate.lifetime',
    level: null,
    ms: notAfterMs - notBeforeMs,
  };
}

/** RFC 5280, 4.2.1.12. */
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';

/** Whether an issued certificate says what policy lets this subject have, whatever was asked for. */
export function certificateByPolicy(issued: Exchange, subject: string): Observation {
  const [leaf = ''] = chainOf(issued);
  const certificate = new X509Certificate(fromBase64url(leaf) ?? new Uint8Array());
  const code = beyondPolicy(certificate, subject);
  const outcome = code === null ? 'done' : 'refused';
  return { kind: 'operation', operation: 'certificate.by-policy', outcome, code };
}

function beyondPolicy(
  { subject, subjectAltName, ca, keyUsage }: X509Certificate,
  wanted: string,
): string | null {
  if (subject !== `CN=${wanted}` || subjectAltName !== undefined) return 'another_name';
  if (ca) return 'an_authority';
  // Node's name for the extended key usage.
  return keyUsage.join() === CLIENT_AUTHENTICATION ? null : 'another_use';
}

/** Has the phone keep an issued chain; it refuses one that does not certify the key. */
export async function installCertificate(
  probe: ProbeWords,
  key: PhoneKey,
  issued: Exchange,
): Promise<Observation> {
  const operation = 'certificate.install';
  try {
    await probe.ask(operation, { alias: key.alias, chain: [...chainOf(issued)] }, key.level);
    return { kind: 'operation', operation, outcome: 'done', code: null };
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    return { kind: 'operation', operation, outcome: 'refused', code: error.code };
  }
}

/** The chain of an answer that issued one, leaf first, base64url. */
export function chainOf({ status, code, body }: Exchange): readonly string[] {
  if (status === 201) return z.array(z.string()).min(1).parse(body['certificateChain']);
  throw new HarnessError('ERR_RELYING_PARTY', `no certificate was issued: ${status} ${code}`);
}
