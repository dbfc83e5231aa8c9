import { createHash } from 'node:crypto';
import { concatBytes, fromBase64url, utf8 } from '../../harness/encoding/bytes.js';
import { p256SpkiOfPoint } from '../../harness/encoding/cose.js';
import { parseAppAttestAssertion } from '../../harness/evidence/app-attest/index.js';
import { parseCsr } from '../../harness/evidence/csr/index.js';
import { openToken, playIntegrityToken } from '../../harness/evidence/play-integrity/index.js';
import { parseSignedRequest } from '../../harness/evidence/signed-request/index.js';
import { decryptCompactJwe } from '../../harness/encoding/jose.js';
import type { TrustSet } from '../../harness/trust/index.js';
import { createVerifier, type AppraisalInput } from '../../harness/verifier/index.js';
import { acceptedVector } from './accepted-vector.js';
import { mustAccept } from './beside-floor.js';
import { bareChecks, type BareSignature } from './floor.js';
import { figureLine, medians } from './medians.js';

interface Message {
  readonly name: string;
  readonly signature: BareSignature;
  readonly trust: TrustSet;
  /** Parses anew with each call. */
  readonly input: () => AppraisalInput;
}

/** What evidence of one signature costs over its bare verification, key import included. */
export async function benchMessages(): Promise<readonly string[]> {
  const lines = ['evidence of one signature\n'];
  for (const message of [assertion(), csr(), request(), token()]) {
    const verifier = createVerifier({ trust: message.trust });
    const ms = await medians({
      bare: bareChecks([message.signature]),
      appraisal: () => {
        mustAccept(verifier, message.input());
      },
    });
    const over = ((ms.appraisal - ms.bare) * 1000).toFixed(0);
    lines.push(
      figureLine(`${message.name}, bare verification`, ms.bare, ''),
      figureLine(`${message.name}, appraisal`, ms.appraisal, `${over} us over it`),
    );
  }
  return lines;
}

function assertion(): Message {
  const { input, trust } = acceptedVector('app-attest-assertion', 'passing/first');
  const { bytes, parsed } = input.evidence;
  if (!parsed.ok) throw new Error(parsed.malformation.message);
  const { authData, signature } = parsed.value;
  const { publicKey, clientDataHash } = input.expected;
  const data = createHash('sha256').update(concatBytes(authData.raw, clientDataHash)).digest();
  return {
    ...{ name: 'assertion', trust },
    signature: { digest: 'sha256', data, signature, key: p256SpkiOfPoint(publicKey) },
    input: () => ({ ...input, evidence: parseAppAttestAssertion(bytes) }),
  };
}

function csr(): Message {
  const { input, trust } = acceptedVector('csr', 'passing/p-256');
  const { bytes, parsed } = input.evidence;
  if (!parsed.ok) throw new Error(parsed.malformation.message);
  const { info, signature, spki } = parsed.value;
  return {
    ...{ name: 'certification request', trust },
    signature: { digest: 'sha256', data: info, signature, key: spki },
    input: () => ({ ...input, evidence: parseCsr(bytes) }),
  };
}

function request(): Message {
  const { input, trust } = acceptedVector('signed-request', 'passing/post');
  const { request: sent, parsed } = input.evidence;
  const { key } = input.expected;
  if (!parsed.ok || key === null) throw new Error('the request does not parse');
  const { signedText, signature } = parsed.value;
  return {
    ...{ name: 'signed request', trust },
    signature: { digest: 'sha256', data: utf8(signedText), signature, key: key.spki },
    input: () => ({
      ...{ ...input, evidence: parseSignedRequest(sent) },
      // Loaded anew, as the bare verification does; a relying party remembers a registered key.
      expected: { ...input.expected, key: { ...key, spki: key.spki.slice() } },
    }),
  };
}

// The token's key is the trust set's, so the floor imports none; decrypting counts as ours.
function token(): Message {
  const { input, trust } = acceptedVector('play-integrity', 'passing/classic');
  const { text } = input.evidence;
  const keys = trust.playIntegrityKeys;
  if (keys === undefined || openToken(text, keys).payload?.ok !== true) {
    throw new Error('the token does not open');
  }
  const jws = decryptCompactJwe(text, keys.decryptionKey);
  const [header, payload, signed = ''] = jws.ok
    ? new TextDecoder().decode(jws.value).split('.')
    : [];
  const signature = fromBase64url(signed) ?? new Uint8Array();
  const data = utf8(`${header}.${payload}`);
  return {
    ...{ name: 'Play Integrity token', trust },
    signature: {
      ...{ digest: 'sha256', data, signature, key: keys.verificationKey },
      encoding: 'ieee-p1363',
    },
    input: () => ({ ...input, evidence: playIntegrityToken(text) }),
  };
}
