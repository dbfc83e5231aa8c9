import { expectTag, oid, sequence } from '../../encoding/der-values.js';
import { TAG, type DerNode } from '../../encoding/der.js';
import { MalformedInput } from '../../encoding/parsed.js';

/** A statement that a request carries: its format and its DER, which nobody here reads. */
export interface AttestationStatement {
  readonly type: string;
  readonly statement: Uint8Array;
}

/**
 * What `id-aa-attestation` carries (draft-ietf-lamps-csr-attestation-29; experimental, since the draft
 * may still change). Statements stay opaque: the draft defines no type of them, and for the chains of
 * Android and the objects of App Attest nobody has registered one.
 */
export interface AttestationBundle {
  readonly statements: readonly AttestationStatement[];
  /** DER of the certificates that came along, in no order that means anything. */
  readonly certificates: readonly Uint8Array[];
}

/** Reads an AttestationBundle: at least one statement, and certificates where any came along. */
export function readAttestationBundle(node: DerNode): AttestationBundle {
  const [statements, certificates, ...more] = sequence(node, 'an AttestationBundle');
  if (statements === undefined || more.length > 0) {
    throw new MalformedInput('an AttestationBundle has one or two parts', node.offset);
  }
  return {
    statements: filled(statements, 'attestations').map(readStatement),
    certificates:
      certificates === undefined ? [] : filled(certificates, 'certs').map(certificateChoice),
  };
}

// Both lists are SIZE (1..MAX).
function filled(node: DerNode, name: string): readonly DerNode[] {
  const parts = sequence(node, name);
  if (parts.length === 0) throw new MalformedInput(`${name} are empty`, node.offset);
  return parts;
}

function readStatement(node: DerNode): AttestationStatement {
  const [type, statement, ...more] = sequence(node, 'an AttestationStatement');
  if (type === undefined || statement === undefined || more.length > 0) {
    throw new MalformedInput('an AttestationStatement is a type and one value', node.offset);
  }
  return { type: oid(type, 'the type of an AttestationStatement'), statement: statement.raw };
}

// LimitedCertChoices: an X.509 certificate, or `other [3] IMPLICIT SEQUENCE { type, value }`.
function certificateChoice(node: DerNode): Uint8Array {
  const isOther = node.tagClass === 'context' && node.tag === 3 && node.constructed;
  return isOther ? node.raw : expectTag(node, TAG.sequence, 'a certificate of certs').raw;
}
