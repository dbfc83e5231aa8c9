import { equalBytes } from '../../encoding/bytes.js';
import { extensionsOf, type Certificate } from '../../encoding/certificate.js';
import { EXTENSION_OID } from '../../encoding/certificate-builder.js';
import { readDer } from '../../encoding/der.js';
import { lenientBoolean, sequence } from '../../encoding/der-values.js';
import { parsing } from '../../encoding/parsed.js';
import type { TrustAnchor } from '../../trust/trust-set.js';
import { failed, passed } from '../check.js';
import { linksFinding, verifyLink, type ChainLink } from '../chain-link.js';
import type { SignatureMemo } from '../memo.js';
import type { CheckFinding } from '../result.js';

/** A chain of Apple's that leaves its root out, and the anchor that its last certificate names. */
export interface ApplePath {
  /** The end certificate first; never empty. */
  readonly certificates: readonly [end: Certificate, ...issuers: Certificate[]];
  /** Found by name; that it signed the last certificate is for `signaturesFinding` to say. */
  readonly anchor: TrustAnchor | null;
  /** Whether that was found already, so that nobody need verify the last signature again. */
  readonly isSignedByAnchor: boolean;
}

/** Where to look for the end of a chain, and what is already known of its signatures. */
export interface PathContext {
  readonly anchors: readonly TrustAnchor[];
  readonly memo: SignatureMemo | null;
}

/** The path of a chain, without a root at its end that is itself an anchor. */
export function findApplePath(
  certificates: ApplePath['certificates'],
  { anchors, memo }: PathContext,
): ApplePath {
  const [end, ...issuers] = certificates;
  const last = issuers.at(-1);
  const isAnchor = anchors.some(({ spki }) => last !== undefined && equalBytes(spki, last.spki));
  const path: ApplePath['certificates'] = [end, ...(isAnchor ? issuers.slice(0, -1) : issuers)];
  const top = path.at(-1) ?? end;
  const named = anchors.filter(({ subject }) => equalBytes(subject, top.issuer.raw));
  const at = path.length - 1;
  const signer = named.find(
    (anchor) =>
      verifyLink({ at, certificate: top, signerSpki: anchor.spki, anchor }, memo) === 'valid',
  );
  return {
    certificates: path,
    anchor: signer ?? named[0] ?? null,
    isSignedByAnchor: signer !== undefined,
  };
}

/** Whether each certificate is signed by the next, and the last by the anchor. */
export function signaturesFinding(path: ApplePath, memo: SignatureMemo | null): CheckFinding {
  const { certificates, anchor, isSignedByAnchor } = path;
  const links = certificates.flatMap((certificate, at): readonly ChainLink[] => {
    const next = certificates[at + 1]?.spki;
    if (next !== undefined) return [{ at, certificate, signerSpki: next }];
    if (anchor === null) return [];
    const outcome = isSignedByAnchor ? 'valid' : undefined;
    return [{ at, certificate, signerSpki: anchor.spki, anchor, outcome }];
  });
  return linksFinding(links, memo);
}

/** Whether each issuer's name is the next subject's. */
export function namesFinding({ certificates }: ApplePath): CheckFinding {
  for (const [at, certificate] of certificates.entries()) {
    const next = certificates[at + 1];
    if (next !== undefined && !equalBytes(certificate.issuer.raw, next.subject.raw)) {
      return failed(
        `certificate ${at} issued by ${next.subject.text}`,
        `issued by ${certificate.issuer.text}`,
      );
    }
  }
  return passed;
}

/** Whether the last certificate names a trust anchor as its issuer. */
export function anchorFinding(
  { certificates, anchor }: ApplePath,
  anchors: readonly TrustAnchor[],
): CheckFinding {
  if (anchor !== null) return passed;
  const names = anchors.map(({ name }) => name).join(', ');
  return failed(
    names === '' ? 'a trust anchor, but the trust set has none' : names,
    `issued by ${(certificates.at(-1) ?? certificates[0]).issuer.text}`,
  );
}

/** Whether every issuer may issue: a CA certificate by its basicConstraints. */
export function authoritiesFinding({ certificates }: ApplePath): CheckFinding {
  const [, ...issuers] = certificates;
  const bad = issuers.find((certificate) => !isAuthority(certificate));
  return bad === undefined
    ? passed
    : failed('issuers with cA in basicConstraints', `${bad.subject.text} is no authority`);
}

/** Whether no certificate is used before its notBefore. */
export function alreadyValidFinding({ certificates }: ApplePath, atMs: number): CheckFinding {
  const bad = certificates.find(({ notBeforeMs }) => atMs < notBeforeMs);
  return bad === undefined
    ? passed
    : failed(`valid by ${iso(atMs)}`, `${bad.subject.text} is valid from ${iso(bad.notBeforeMs)}`);
}

/** Whether no certificate is used after its notAfter. */
export function notExpiredFinding({ certificates }: ApplePath, atMs: number): CheckFinding {
  const bad = certificates.find(({ notAfterMs }) => atMs > notAfterMs);
  return bad === undefined
    ? passed
    : failed(`valid at ${iso(atMs)}`, `${bad.subject.text} expired ${iso(bad.notAfterMs)}`);
}

/** The chain from `end` upwards through certificates that came along, by names. */
export function chainFrom(
  end: Certificate,
  others: readonly Certificate[],
): ApplePath['certificates'] {
  const chain: [Certificate, ...Certificate[]] = [end];
  const left = others.filter((certificate) => certificate !== end);
  for (let last: Certificate | undefined = end; last !== undefined;) {
    const { issuer }: Certificate = last;
    const at = left.findIndex((certificate) => equalBytes(certificate.subject.raw, issuer.raw));
    last = at === -1 ? undefined : left.splice(at, 1)[0];
    if (last !== undefined) chain.push(last);
  }
  return chain;
}

// RFC 5280, 4.2.1.9: SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }.
function isAuthority(certificate: Certificate): boolean {
  const [extension, ...more] = extensionsOf(certificate, EXTENSION_OID.basicConstraints);
  if (extension === undefined || more.length > 0) return false;
  const parsed = parsing(() => {
    const [cA] = sequence(readDer(extension.value, extension.valueOffset), 'basicConstraints');
    return cA !== undefined && lenientBoolean(cA, 'cA');
  });
  return parsed.ok && parsed.value;
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
