import { concatBytes, toBase64url } from '../../encoding/bytes.js';
import { signEnvelope } from '../../encoding/certificate-builder.js';
import { der } from '../../encoding/der-writer.js';
import { encodeName } from '../../encoding/distinguished-name.js';
import { SIGNATURE_OID } from '../../encoding/signature.js';
import { flipBit } from '../../attacks/edit-der.js';
import { CSR_ATTRIBUTE_OID, parseCsr } from '../../evidence/csr/index.js';
import { FORMATS, LAB } from '../../verifier/index.js';
import { commonName } from '../minting/certificate.js';
import { testDigest, testKey } from '../minting/test-key.js';
import { draftsFor, trustWith, type VectorDraft, type VectorFileDraft } from './draft.js';

type Draft = VectorDraft<'csr'>;

const NONCE = testDigest('nonce');
const KEY = testKey('csr');
const ECDSA_SHA256 = der.sequence(der.oid(SIGNATURE_OID.ecdsaSha256));

interface CsrChanges {
  readonly spki?: Uint8Array;
  readonly password?: Uint8Array;
  readonly algorithm?: Uint8Array;
  /** Attributes beside the challengePassword. */
  readonly attributes?: readonly Uint8Array[];
  readonly sign?: (data: Uint8Array) => Uint8Array;
}

function mint(changes: CsrChanges = {}): Uint8Array {
  const password = changes.password ?? der.utf8(toBase64url(NONCE));
  const info = der.sequence(
    der.integer(0),
    encodeName(commonName('device 7')),
    changes.spki ?? KEY.spki,
    der.contextConstructed(
      0,
      ...[
        der.sequence(der.oid(CSR_ATTRIBUTE_OID.challengePassword), der.set(password)),
        ...(changes.attributes ?? []),
      ].sort((left, right) => Buffer.compare(left, right)),
    ),
  );
  const { algorithm = ECDSA_SHA256, sign = KEY.sign } = changes;
  return signEnvelope(info, { algorithm, sign: (data) => sign(data) });
}

function minted(changes: CsrChanges) {
  return { evidence: parseCsr(mint(changes)) };
}

// A format that is nobody's: the draft that defines the carrier defines no statement.
const STATEMENT = der.sequence(der.oid('1.3.6.1.4.1.99999.1'), der.octetString(testDigest('any')));

function carrier(...bundle: readonly Uint8Array[]): Uint8Array {
  return der.sequence(der.oid(CSR_ATTRIBUTE_OID.attestation), der.set(der.sequence(...bundle)));
}

const drafts = draftsFor<'csr'>({ evidence: parseCsr(mint()), expected: { nonce: NONCE } });

const passing: readonly Draft[] = [
  drafts.passing('p-256', {
    description: 'a request for a P-256 key with a nonce',
    checks: FORMATS.csr.checks.map(({ id }) => id),
  }),
  drafts.passing('carries-attestation', {
    description: 'a request that carries an attestation in id-aa-attestation (experimental)',
    checks: ['csr/well-formed'],
    ...minted({ attributes: [carrier(der.sequence(STATEMENT))] }),
  }),
];

const failures: readonly Draft[] = [
  drafts.soleFailure('csr/well-formed', {
    ...{ slug: 'byte-after', description: 'a byte follows the request' },
    evidence: parseCsr(concatBytes(mint(), Uint8Array.of(0))),
  }),
  drafts.soleFailure('csr/key-allowed', {
    ...{ slug: 'p-384', description: 'the key is on P-384' },
    ...minted({ spki: testKey('csr', 'P-384').spki, sign: testKey('csr', 'P-384').sign }),
  }),
  drafts.soleFailure('csr/signature-algorithm-allowed', {
    ...{ slug: 'needless-null', description: 'the algorithm has parameters that it has not' },
    ...minted({ algorithm: der.sequence(der.oid(SIGNATURE_OID.ecdsaSha256), der.null()) }),
  }),
  drafts.soleFailure('csr/signature-verifies', {
    ...{ slug: 'other-key', description: 'another key signed' },
    ...minted({ sign: testKey('csr other').sign }),
  }),
  drafts.soleFailure('csr/nonce-matches', {
    ...{ slug: 'last-bit', description: 'the nonce differs in its last bit' },
    expected: { nonce: flipBit(NONCE, -1) },
  }),
];

const malformed: readonly Draft[] = [
  drafts.malformed('cut-off', {
    description: 'the request ends a byte early',
    checks: ['csr/well-formed'],
    failed: ['csr/well-formed'],
    evidence: parseCsr(mint().subarray(0, -1)),
  }),
  drafts.malformed('carrier-twice', {
    description: 'two attributes of id-aa-attestation',
    checks: ['csr/well-formed'],
    failed: ['csr/well-formed'],
    ...minted({ attributes: Array<Uint8Array>(2).fill(carrier(der.sequence(STATEMENT))) }),
  }),
  drafts.malformed('carrier-empty', {
    description: 'id-aa-attestation carries a bundle without a statement',
    checks: ['csr/well-formed'],
    failed: ['csr/well-formed'],
    ...minted({ attributes: [carrier(der.sequence())] }),
  }),
  drafts.malformed('key-number', {
    description: 'the key is a number',
    checks: ['csr/key-allowed'],
    failed: ['csr/well-formed'],
    ...minted({ spki: der.integer(1) }),
  }),
  drafts.malformed('no-algorithm', {
    description: 'the algorithm is empty',
    checks: ['csr/signature-algorithm-allowed'],
    failed: ['csr/well-formed'],
    ...minted({ algorithm: der.sequence() }),
  }),
  drafts.malformed('signature-3-bytes', {
    description: 'a signature of three bytes',
    checks: ['csr/signature-verifies'],
    failed: ['csr/signature-verifies'],
    ...minted({ sign: () => Uint8Array.of(1, 2, 3) }),
  }),
  drafts.malformed('password-number', {
    description: 'challengePassword is a number',
    checks: ['csr/nonce-matches'],
    failed: ['csr/well-formed'],
    ...minted({ password: der.integer(1) }),
  }),
];

/** The vectors of certification requests. */
export function csrVectors(): VectorFileDraft<'csr'> {
  return {
    format: 'csr',
    description: 'PKCS#10 certification requests, DER',
    policies: { lab: LAB },
    trust: { trusted: trustWith({}) },
    vectors: [...passing, ...failures, ...malformed],
  };
}
