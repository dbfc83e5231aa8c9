import { forgedChain } from './forged-attestation.js';
import type { AndroidKeyLevel, AndroidKeystore, GeneratedKey } from './secure-hardware.js';
import type { AttestationSigner } from './vendor-roots.js';

/**
 * A keystore whose answers a root module rewrites on their way to apps, as TrickyStore does: chains
 * of the TEE are replaced by ones of a leaked factory key, which say what a locked phone would say.
 * Keys stay where they are, and StrongBox is left alone: no batch key of one leaks with a TEE's.
 */
export function spoofedKeystore(
  genuine: AndroidKeystore,
  leaked: AttestationSigner,
): AndroidKeystore {
  const spoofed = (key: GeneratedKey<AndroidKeyLevel>): GeneratedKey<AndroidKeyLevel> =>
    key.level !== 'tee' || key.attestationChain === undefined
      ? key
      : { ...key, attestationChain: forgedChain(key.attestationChain, leaked) };
  return {
    ...genuine,
    generate: async (request) => spoofed(await genuine.generate(request)),
    certify: async (request, spki) => spoofed(await genuine.certify(request, spki)),
  };
}
