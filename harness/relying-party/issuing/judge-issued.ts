import { X509Certificate } from 'node:crypto';
import { equalBytes } from '../../encoding/bytes.js';
import { extensionsOf, readCertificate, type Certificate } from '../../encoding/certificate.js';
import { expectTag, lenientBoolean, oid, sequence } from '../../encoding/der-values.js';
import { readDer, TAG } from '../../encoding/der.js';
import { NAME_OID } from '../../encoding/distinguished-name.js';
import { ExtendedKeyUsage } from '../../encoding/peculiar.js';
import type { CertificationOrder } from './issuer.js';

const KEY_USAGE = '2.5.29.15';
const BASIC_CONSTRAINTS = '2.5.29.19';
const EXTENDED_KEY_USAGE = '2.5.29.37';
/** RFC 5280, 4.2.1.3: bits 0 and 5, counted from the left. */
const DIGITAL_SIGNATURE = 0x80;
const KEY_CERT_SIGN = 0x04;
/** As many as a client accepts in an answer, and more than any path has. */
const LONGEST_CHAIN = 10;

/** A chain as an issuer returned it, and what it was to be. */
export interface IssuedChain {
  /** DER, leaf first. */
  readonly chain: readonly Uint8Array[];
  readonly order: CertificationOrder;
  readonly anchors: readonly Uint8Array[];
  readonly now: Date;
}

/** What is wrong with an issued chain, each in a phrase; nothing is where it is as it was ordered. */
export function problemsOf({ chain, order, anchors, now }: IssuedChain): readonly string[] {
  const [leaf] = chain;
  if (leaf === undefined) return ['it holds no certificate'];
  if (chain.length > LONGEST_CHAIN) return [`it has ${chain.length} certificates`];
  try {
    const path = chain.map((one) => new X509Certificate(one));
    return [
      ...problemsOfLeaf(readCertificate(leaf), order),
      ...problemsOfPath(path, { anchors, now }),
    ];
  } catch (cause) {
    return [`it cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`];
  }
}

function problemsOfLeaf(
  leaf: Certificate,
  { spki, subject, notBefore, notAfter }: CertificationOrder,
): readonly string[] {
  const names = leaf.subject.attributes.filter((one) => one.oid === NAME_OID.commonName);
  const usages = extendedUsages(leaf);
  const validity = `${iso(leaf.notBeforeMs)} to ${iso(leaf.notAfterMs)}`;
  const isBeyond = leaf.notBeforeMs < notBefore.getTime() || leaf.notAfterMs > notAfter.getTime();
  return [
    ...problem(!equalBytes(leaf.spki, spki), 'its key is not the key of the request'),
    ...problem(
      names.length !== 1 || names[0]?.value !== subject,
      `its subject is ${leaf.subject.text}, not CN=${subject}`,
    ),
    ...problem(
      usages.length !== 1 || usages[0] !== ExtendedKeyUsage.clientAuth,
      `it is for ${usages.join(' and ') || 'any usage'}, not for client authentication alone`,
    ),
    ...problem(isAuthority(leaf), 'it is the certificate of an authority'),
    ...problem(!mayOnlySign(leaf), 'its key may not sign, or certificates too (keyUsage)'),
    ...problem(isBeyond, `it is valid ${validity}, beyond ${iso(notBefore)} to ${iso(notAfter)}`),
  ];
}

// The path as connections will be judged: each certificate signed by the next, the last by an anchor.
function problemsOfPath(
  path: readonly X509Certificate[],
  { anchors, now }: Pick<IssuedChain, 'anchors' | 'now'>,
): readonly string[] {
  const roots = anchors.map((anchor) => new X509Certificate(anchor));
  for (const [at, certificate] of path.entries()) {
    if (!isValidAt(certificate, now)) return [`certificate ${at} is not valid now`];
    if (roots.some((root) => isIssuedBy(certificate, root) && isValidAt(root, now))) return [];
    const above = path[at + 1];
    if (above === undefined) break;
    if (!isIssuedBy(certificate, above)) {
      return [`certificate ${at} is not signed by certificate ${at + 1}`];
    }
  }
  return ['it does not chain to an anchor that is valid now'];
}

/** Whether an authority signed a certificate, by its name and its key. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isValidAt({ validFrom, validTo }: X509Certificate, now: Date): boolean {
  return Date.parse(validFrom) <= now.getTime() && now.getTime() <= Date.parse(validTo);
}

// Node's own answer heeds keyUsage, which a later reader may not.
function isAuthority(leaf: Certificate): boolean {
  return extensionsOf(leaf, BASIC_CONSTRAINTS).some(({ value }) => {
    const [first] = sequence(readDer(value), 'basicConstraints');
    return first?.tag === TAG.boolean && lenientBoolean(first);
  });
}

// Without the extension a key may do anything (RFC 5280, 4.2.1.3).
function mayOnlySign(leaf: Certificate): boolean {
  const usages = extensionsOf(leaf, KEY_USAGE);
  return usages.every(({ value }) => {
    const [, bits = 0] = expectTag(readDer(value), TAG.bitString, 'keyUsage').content;
    return (bits & DIGITAL_SIGNATURE) !== 0 && (bits & KEY_CERT_SIGN) === 0;
  });
}

function extendedUsages(leaf: Certificate): readonly string[] {
  return extensionsOf(leaf, EXTENDED_KEY_USAGE).flatMap(({ value }) =>
    sequence(readDer(value), 'extKeyUsage').map((usage) => oid(usage)),
  );
}

function problem(holds: boolean, phrase: string): readonly string[] {
  return holds ? [phrase] : [];
}

function iso(moment: Date | number): string {
  return new Date(moment).toISOString();
}
