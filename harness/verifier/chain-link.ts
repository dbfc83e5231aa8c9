import type { KeyObject } from 'node:crypto';
import { equalBytes } from '../encoding/bytes.js';
import type { Certificate } from '../encoding/certificate.js';
import { loadPublicKey, verifySignature, type SignatureOutcome } from '../encoding/signature.js';
import type { TrustAnchor } from '../trust/trust-set.js';
import { anchorKey, ownOutcome } from './anchor-memory.js';
import { failed, passed, undetermined } from './check.js';
import { memoKey, type SignatureMemo } from './memo.js';
import type { CheckFinding } from './result.js';

/** A certificate of a chain and the key that must have signed it. */
export interface ChainLink {
  /** Index in the chain; 0 is the leaf, which is seen once and not remembered. */
  readonly at: number;
  readonly certificate: Certificate;
  readonly signerSpki: Uint8Array;
  /** Of the anchors, the one whose key `signerSpki` is. */
  readonly anchor?: TrustAnchor | undefined;
  /** What `verifyLink` said of this very link earlier in the appraisal. */
  readonly outcome?: SignatureOutcome | undefined;
}

/** Whether a link's signature holds; good ones of certificates above the leaf are remembered. */
export function verifyLink(link: ChainLink, memo: SignatureMemo | null): SignatureOutcome {
  if (link.outcome !== undefined) return link.outcome;
  const { certificate, signerSpki, anchor } = link;
  // An anchor's own certificate, which most chains end in, is the same with every chain.
  if (anchor !== undefined && equalBytes(certificate.spki, anchor.spki)) {
    return ownOutcome(anchor, certificate.raw, () => verifyAnew(link, memo));
  }
  const key = memo !== null && link.at > 0 ? memoKey(certificate.raw, signerSpki) : null;
  if (key !== null && memo?.has(key) === true) return 'valid';
  const outcome = verifyAnew(link, memo);
  if (key !== null && outcome === 'valid') memo?.add(key);
  return outcome;
}

function verifyAnew(link: ChainLink, memo: SignatureMemo | null): SignatureOutcome {
  const { certificate, signerSpki } = link;
  return verifySignature({
    algorithmOid: certificate.signatureAlgorithm,
    spki: signerSpki,
    key: signerKey(link, memo),
    data: certificate.tbs,
    signature: certificate.signature,
  });
}

function signerKey(
  { signerSpki, anchor }: ChainLink,
  memo: SignatureMemo | null,
): KeyObject | null {
  if (anchor !== undefined) return anchorKey(anchor);
  return memo === null ? loadPublicKey(signerSpki) : memo.publicKey(signerSpki, loadPublicKey);
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
