import { parseAppAttestAttestation } from '../../harness/evidence/app-attest/index.js';
import { acceptedVector } from './accepted-vector.js';
import { besideFloor } from './beside-floor.js';
import { attestationFloor } from './floor.js';

/** What an App Attest attestation costs beside its floor, its receipt included. */
export async function benchAttestations(): Promise<readonly string[]> {
  const { input, trust } = acceptedVector('app-attest-attestation', 'passing/production');
  const { bytes, parsed } = input.evidence;
  if (!parsed.ok) throw new Error(parsed.malformation.message);
  return besideFloor({
    title: `App Attest attestation of ${bytes.length} bytes`,
    floor: attestationFloor(parsed.value, trust),
    trust,
    input: () => ({ ...input, evidence: parseAppAttestAttestation(bytes) }),
  });
}
