import { equalBytes } from '../../encoding/bytes.js';
import type { Certificate } from '../../encoding/certificate.js';
import { NAME_OID, nameValue } from '../../encoding/distinguished-name.js';
import type { AndroidKeyChain } from '../../evidence/android-key/index.js';
import type { TrustAnchor, TrustSet } from '../../trust/trust-set.js';
import { verifyLink, type ChainLink } from '../chain-link.js';
import type { SignatureMemo } from '../memo.js';
import type { AppraisalPolicy } from '../policy.js';

/** How the key that signs attestations got onto the phone. */
export type Provisioning = 'factory' | 'rkp' | 'unknown';

/** The part of a chain that is judged, and what it ends in. */
export interface Path {
  /** The trusted key at the end, or null. */
  readonly anchor: TrustAnchor | null;
  /** Whether the anchor was found by the issuer's name and key and added to the chain. */
  readonly anchorAdded: boolean;
  /** Certificates that are judged: all, or all but a root that the added anchor replaces. */
  readonly certificates: readonly Certificate[];
  /**
   * The self-issued root that the chain ends in, or null. A root that is listed again, as the same
   * or another certificate of its key, ends the chain no later: what stands below it does not change.
   */
  readonly root: Certificate | null;
  /** How many of `certificates` there are up to the first root; all where there is none. */
  readonly length: number;
  /** The certificate right below the root or the added anchor, or null. */
  readonly belowRoot: Certificate | null;
  readonly links: readonly ChainLink[];
}

interface Context {
  readonly trust: TrustSet;
  readonly policy: AppraisalPolicy;
  readonly memo: SignatureMemo | null;
}

/**
 * Finds where a chain ends. Anchors are keys: the Google RSA root has four certificates in the
 * field, one of them expired. Only a policy lets an anchor be found by the issuer's name.
 */
export function findPath({ certificates }: AndroidKeyChain, context: Context): Path {
  const last = certificates.at(-1);
  const root = rootOf(certificates);
  const anchor = context.trust.androidAnchors.find(
    ({ spki }) => last !== undefined && equalBytes(spki, last.spki),
  );
  if (anchor !== undefined) return path({ certificates, root, anchor, added: false });
  if (context.policy.androidKey.anchorByIssuer === 'allowed') {
    const below = root === null ? certificates : certificates.slice(0, certificates.indexOf(root));
    const added = anchorOfIssuer(below.at(-1), context);
    if (added !== undefined) {
      return path({ certificates: below, root: null, anchor: added, added: true });
    }
  }
  return path({ certificates, root, anchor: null, added: false });
}

/**
 * Google's two ways, told apart as its own library does: the certificate below a factory root has a
 * serialNumber in its subject, that of remote provisioning is Droid CA2.
 */
export function provisioningOf({ belowRoot }: Path): Provisioning {
  if (belowRoot === null) return 'unknown';
  const { subject } = belowRoot;
  if (nameValue(subject, NAME_OID.serialNumber) !== null) return 'factory';
  const isRkp =
    nameValue(subject, NAME_OID.commonName) === 'Droid CA2' &&
    nameValue(subject, NAME_OID.organization) === 'Google LLC';
  return isRkp ? 'rkp' : 'unknown';
}

/** Whether a certificate names itself as its issuer; who signed it is another question. */
export function isSelfIssued(certificate: Certificate): boolean {
  return equalBytes(certificate.issuer.raw, certificate.subject.raw);
}

// The first of the certificates at the end that are self-issued, of one name and of one key.
function rootOf(certificates: readonly Certificate[]): Certificate | null {
  const last = certificates.at(-1);
  if (last === undefined || !isSelfIssued(last)) return null;
  const other = certificates.findLastIndex(
    ({ issuer, subject, spki }) =>
      !equalBytes(subject.raw, last.subject.raw) ||
      !equalBytes(issuer.raw, last.issuer.raw) ||
      !equalBytes(spki, last.spki),
  );
  return certificates[other + 1] ?? null;
}

function anchorOfIssuer(
  certificate: Certificate | undefined,
  { trust, memo }: Context,
): TrustAnchor | undefined {
  if (certificate === undefined) return undefined;
  return trust.androidAnchors.find(
    (anchor) =>
      equalBytes(anchor.subject, certificate.issuer.raw) &&
      // An index above the leaf's: what an anchor signs is a certificate authority.
      verifyLink({ at: 1, certificate, signerSpki: anchor.spki, anchor }, memo) === 'valid',
  );
}

function path(end: {
  readonly certificates: readonly Certificate[];
  readonly root: Certificate | null;
  readonly anchor: TrustAnchor | null;
  readonly added: boolean;
}): Path {
  const { certificates, root, anchor, added } = end;
  const links = certificates.flatMap((certificate, at): readonly ChainLink[] => {
    const next = certificates[at + 1]?.spki;
    const signerSpki = next ?? (added ? anchor?.spki : root?.spki);
    if (signerSpki === undefined) return [];
    const isAnchor = anchor !== null && equalBytes(signerSpki, anchor.spki);
    return [
      {
        ...{ at, certificate, signerSpki },
        ...(isAnchor ? { anchor } : {}),
        // An anchor is added where it was found to have signed the last certificate.
        ...(added && next === undefined ? { outcome: 'valid' } : {}),
      },
    ];
  });
  const length = root === null ? certificates.length : certificates.indexOf(root) + 1;
  const belowRoot = (root === null ? certificates.at(-1) : certificates[length - 2]) ?? null;
  return { anchor, anchorAdded: added, certificates, root, length, belowRoot, links };
}
