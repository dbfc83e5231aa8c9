import type { Certificate } from '../encoding/certificate.js';
import { verifySignature, type SignatureOutcome } from '../encoding/signature.js';
import { failed, passed, undetermined } from './check.js';
import { memoKey, type SignatureMemo } from './memo.js';
import type { CheckFinding } from './result.js';

/** A certificate of a chain and the key that must have signed it. */
export interface ChainLink {
  /** Index in the chain; 0 is the leaf, which is seen once and not remembered. */
  readonly at: number;
  readonly certificate: Certificate;
  readonly signerSpki: Uint8Array;
}

/** Whether a link's signature holds; good ones of certificates above the leaf are remembered. */
export function verifyLink(link: ChainLink, memo: SignatureMemo | null): SignatureOutcome {
  const { certificate, signerSpki } = link;
  const key = memo !== null && link.at > 0 ? memoKey(certificate.raw, signerSpki) : null;
  if (key !== null && memo?.has(key) === true) return 'valid';
  const outcome = verifySignature({
    algorithmOid: certificate.signatureAlgorithm,
    spki: signerSpki,
    data: certificate.tbs,
    signature: certificate.signature,
  });
  if (key !== null && outcome === 'valid') memo?.add(key);
  return outcome;
}

/** Whether every link's signature holds. */
export function linksFinding(
  links: readonly ChainLink[],
  memo: SignatureMemo | null,
): CheckFinding {
  const outcomes = links.map((link) => ({ at: link.at, outcome: verifyLink(link, memo) }));
  const bad = outcomes.find(({ outcome }) => outcome === 'invalid');
  if (bad !== undefined) {
    return failed('good signatures', `certificate ${bad.at} is not signed by its issuer`);
  }
  const open = outcomes.find(({ outcome }) => outcome === 'unsupported');
  if (open !== undefined) {
    return undetermined(`this runtime cannot check the signature of certificate ${open.at}`);
  }
  // Without links nothing was verified, and nothing verified is no success.
  return outcomes.length > 0 ? passed : undetermined('the chain has no signature to check');
}
