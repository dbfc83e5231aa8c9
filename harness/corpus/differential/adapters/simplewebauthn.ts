import { createPublicKey, X509Certificate, type JsonWebKey } from 'node:crypto';
import { encodeCbor } from '../../../encoding/cbor.js';
import { extensionsOf, readCertificate } from '../../../encoding/certificate.js';
import { children, readDer } from '../../../encoding/der.js';
import { parsing } from '../../../encoding/parsed.js';
import { encodePemCertificate } from '../../../encoding/pem.js';
import { KEY_DESCRIPTION_OID } from '../../../evidence/android-key/index.js';
import { refusal, type LibraryPeer } from '../peer.js';
import type { AdapterVectorOf, Answer } from '../protocol.js';
import { bytesOf } from './app-ids.js';
import { withClockAt } from './fixed-clock.js';

/** The function of the library that judges an attestation statement of format `android-key`. */
type VerifyAndroidKey = (options: {
  readonly attStmt: ReadonlyMap<string, unknown>;
  readonly authData: Uint8Array;
  readonly clientDataHash: Uint8Array;
  readonly credentialPublicKey: Uint8Array;
  readonly aaguid: Uint8Array;
  readonly rootCertificates: readonly string[];
}) => Promise<boolean>;

/** COSE numbers of RFC 9052 and 9053 for the curves of Android keys. */
const CURVES: Readonly<Record<string, { readonly alg: number; readonly crv: number }>> = {
  'P-256': { alg: -7, crv: 1 },
  'P-384': { alg: -35, crv: 2 },
};

/** The place of the challenge in a KeyDescription. */
const CHALLENGE_AT = 4;

/** A DER signature of the right form; whether it verifies is not asked, see below. */
const SIGNATURE = Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 1);

/**
 * Loads the android-key part of `@simplewebauthn/server`. Beside the chain, WebAuthn wants a
 * signature by the attested key over data that no vector has; the library's own seam for tests
 * answers for that one, and the rest is the library's.
 */
export async function loadSimpleWebAuthn(): Promise<LibraryPeer> {
  const entry = import.meta.resolve('@simplewebauthn/server');
  const part = async (path: string): Promise<Readonly<Record<string, unknown>>> =>
    (await import(new URL(path, entry).href)) as Readonly<Record<string, unknown>>;
  const verify = (await part('registration/verifications/verifyAttestationAndroidKey.js'))[
    'verifyAttestationAndroidKey'
  ] as VerifyAndroidKey;
  const signatures = (await part('helpers/verifySignature.js'))['_verifySignatureInternals'] as {
    stubThis: (verified: Promise<boolean>) => Promise<boolean>;
  };
  signatures.stubThis = async (verified) => {
    await verified.catch(() => false);
    return true;
  };
  // It downloads the revocation lists that certificates name; a vector is judged by its own bytes.
  const downloads = (await part('helpers/fetch.js'))['_fetchInternals'] as {
    stubThis: (url: string) => Promise<never>;
  };
  downloads.stubThis = () => Promise.reject(new Error('no network'));
  return {
    formats: ['android-key'],
    async judge(vector) {
      if (vector.format !== 'android-key') {
        return { verdict: 'unsupported', reason: `judges no ${vector.format}` };
      }
      return withClockAt(new Date(vector.now), () => judgeChain(vector, verify));
    },
  };
}

async function judgeChain(
  { evidence, expected, trust }: AdapterVectorOf<'android-key'>,
  verify: VerifyAndroidKey,
): Promise<Answer> {
  const x5c = evidence.certificates.map((text) => new Uint8Array(bytesOf(text)));
  const key = presentedKey(x5c[0], expected.spki);
  if ('verdict' in key) return key;
  const { challenge } = expected;
  const attStmt = new Map<string, unknown>([
    ['x5c', x5c],
    ['sig', SIGNATURE],
    ['alg', key.alg],
  ]);
  try {
    const verified = await verify({
      attStmt,
      authData: new Uint8Array(37),
      clientDataHash:
        challenge === undefined ? challengeOf(x5c[0]) : new Uint8Array(bytesOf(challenge)),
      credentialPublicKey: key.cose,
      aaguid: new Uint8Array(16),
      rootCertificates: trust.android.map(({ certificate }) =>
        encodePemCertificate(bytesOf(certificate)),
      ),
    });
    return verified
      ? { verdict: 'accepted', reason: 'verified' }
      : { verdict: 'rejected', reason: 'not verified' };
  } catch (error) {
    return refusal(error);
  }
}

interface CredentialKey {
  readonly alg: number;
  readonly cose: Uint8Array;
}

// The credential's key is the one that was presented, else the leaf's. Where there is none, the
// library finds out by itself, and compares with a point that nobody has.
function presentedKey(
  leaf: Uint8Array | undefined,
  spki: string | undefined,
): CredentialKey | Answer {
  const jwk = spki === undefined ? leafJwk(leaf) : jwkOf(bytesOf(spki));
  if (jwk === null) return coseKey('P-256', new Uint8Array(32), new Uint8Array(32));
  const { kty, crv = '', x, y } = jwk;
  if (kty !== 'EC' || x === undefined || y === undefined || !(crv in CURVES)) {
    return {
      verdict: 'unsupported',
      reason: `its android-key part takes keys on P-256 and P-384, not ${kty ?? ''} ${crv}`.trim(),
    };
  }
  return coseKey(crv, bytesOf(x), bytesOf(y));
}

function coseKey(curve: string, x: Uint8Array, y: Uint8Array): CredentialKey {
  const { alg, crv } = CURVES[curve] ?? { alg: 0, crv: 0 };
  const cose = encodeCbor(
    new Map<number, number | Uint8Array>([
      [1, 2],
      [3, alg],
      [-1, crv],
      [-2, x],
      [-3, y],
    ]),
  );
  return { alg, cose };
}

function leafJwk(leaf: Uint8Array | undefined): JsonWebKey | null {
  const certificate = loaded(leaf);
  if (certificate === null) return null;
  try {
    return certificate.publicKey.export({ format: 'jwk' });
  } catch {
    return { kty: 'a kind that node:crypto cannot load' };
  }
}

function jwkOf(spki: Buffer): JsonWebKey {
  return createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ format: 'jwk' });
}

function loaded(certificate: Uint8Array | undefined): X509Certificate | null {
  try {
    return certificate === undefined ? null : new X509Certificate(certificate);
  } catch {
    return null;
  }
}

// Where a vector compares no challenge, the library is given the one that the leaf's record holds.
function challengeOf(leaf: Uint8Array | undefined): Uint8Array {
  const certificate = loaded(leaf);
  if (certificate === null) return new Uint8Array();
  const found = parsing(() => {
    const [record] = extensionsOf(
      readCertificate(new Uint8Array(certificate.raw)),
      KEY_DESCRIPTION_OID,
    );
    return children(readDer(record?.value ?? new Uint8Array()))[CHALLENGE_AT]?.content;
  });
  return (found.ok ? found.value : undefined) ?? new Uint8Array();
}
