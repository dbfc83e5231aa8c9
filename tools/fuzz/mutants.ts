import { parseAndroidKey } from '../../harness/evidence/android-key/index.js';
import {
  parseAppAttestAssertion,
  parseAppAttestAttestation,
  parseAppAttestReceipt,
} from '../../harness/evidence/app-attest/index.js';
import { parseCsr } from '../../harness/evidence/csr/index.js';
import type { ReadVector } from '../../harness/corpus/index.js';
import { parseCertificate } from '../../harness/encoding/certificate.js';
import type { AppraisalInput } from '../../harness/verifier/index.js';
import { respoiltAssertion, respoiltAttestation, respoiltReceipt } from './apple-mutants.js';
import { cborTree } from './cbor-tree.js';
import { derTree } from './der-tree.js';
import type { Random } from './random.js';
import { respoilt } from './respoilt.js';
import { mutatedRequest, mutatedVerdict } from './text-mutants.js';
import { mutateTree } from './tree.js';

/** Spoilt evidence, and whether whoever signs it signed it once more as it is now. */
export interface Mutant {
  readonly evidence: AppraisalInput['evidence'];
  readonly resigned: boolean;
}

/** Evidence of a vector with something changed in it. */
export function mutantOf({ input }: ReadVector, random: Random): Mutant {
  const resigned = random.below(3) > 0;
  const { evidence, expected } = input;
  switch (evidence.format) {
    case 'android-key': {
      const certificates = resigned
        ? respoiltChain(evidence.certificates, random)
        : spoiltChain(evidence.certificates, random);
      return { evidence: parseAndroidKey(certificates), resigned };
    }
    case 'csr': {
      const { bytes, parsed } = evidence;
      const changed =
        resigned && parsed.ok
          ? respoilt(bytes, { signer: parsed.value.spki, random })
          : mutateTree(bytes, derTree, random);
      return { evidence: parseCsr(changed), resigned };
    }
    case 'app-attest-attestation': {
      const changed = resigned
        ? respoiltAttestation(evidence, { expected, random })
        : mutateTree(evidence.bytes, cborTree, random);
      return { evidence: parseAppAttestAttestation(changed), resigned };
    }
    case 'app-attest-assertion': {
      const changed = resigned
        ? respoiltAssertion(evidence, { expected, random })
        : mutateTree(evidence.bytes, cborTree, random);
      return { evidence: parseAppAttestAssertion(changed), resigned };
    }
    case 'app-attest-receipt': {
      const changed = resigned
        ? respoiltReceipt(evidence.bytes, random)
        : mutateTree(evidence.bytes, derTree, random);
      return { evidence: parseAppAttestReceipt(changed), resigned };
    }
    case 'signed-request':
      return { evidence: mutatedRequest(evidence, { resigned, random }), resigned };
    case 'play-integrity':
      return mutatedVerdict(evidence, { resigned, random });
  }
}

function spoiltChain(chain: readonly Uint8Array[], random: Random): readonly Uint8Array[] {
  if (chain.length === 0) return [random.bytes(20)];
  const at = random.below(chain.length);
  const spoilt = [...chain];
  switch (random.below(6)) {
    case 0:
      spoilt.splice(at, 1);
      return spoilt;
    case 1:
      spoilt.splice(at, 0, random.pick(chain));
      return spoilt;
    case 2:
      return spoilt.reverse();
    default:
      spoilt[at] = mutateTree(spoilt[at] ?? new Uint8Array(), derTree, random);
      return spoilt;
  }
}

function respoiltChain(chain: readonly Uint8Array[], random: Random): readonly Uint8Array[] {
  if (chain.length === 0) return chain;
  // Most of what is judged stands in the leaf.
  const at = random.below(2) === 0 ? 0 : random.below(chain.length);
  const issuer = parseCertificate(chain[at + 1] ?? chain[at] ?? new Uint8Array());
  if (!issuer.ok) return spoiltChain(chain, random);
  return chain.map((certificate, index) =>
    index === at ? respoilt(certificate, { signer: issuer.value.spki, random }) : certificate,
  );
}
