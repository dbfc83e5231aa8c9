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
