import { fromHex, toBase64 } from '../encoding/bytes.js';
import { der } from '../encoding/der-writer.js';
import { readP256Pair } from '../encoding/ecdsa.js';
import type { SignedHttpRequest } from '../evidence/signed-request/index.js';
import { atOnce, capture, DAY_MS, type Presentation, type ProfileRAttack } from './attack.js';
import { P256_ORDER, tampered, withHeader } from './edit-request.js';

const PROFILE = 'profile R: RFC 9421 with method, authority, path, query, digest and type';
const VERIFIES = 'signed-request/signature-verifies';

type Stopped = NonNullable<ProfileRAttack['failing']['signed-request']>;

/** The body is changed, its digest is not. */
export const bodyTampered = sentOnce({
  id: 'profile-r/body-tampered',
  description: 'changes the body on the way and leaves the digest that was signed',
  failing: ['signed-request/digest-matches'],
  references: ['RFC 9421, 7.2.8 (message content)'],
  change: (request) => atOnce({ ...request, body: tampered(request.body) }),
});

/** The digest is that of no body. */
export const digestRestated = sentOnce({
  id: 'profile-r/digest-restated',
  description: 'states another digest than the one that was signed',
  failing: ['signed-request/digest-matches', VERIFIES],
  references: ['RFC 9530, 2 (Content-Digest)', 'RFC 9421, 7.2.8'],
  change: (request) =>
    atOnce(withHeader(request, 'content-digest', () => `sha-256=:${'A'.repeat(43)}=:`)),
});

/** The request is sent to another path. */
export const pathRedirected = sentOnce({
  id: 'profile-r/path-redirected',
  description: 'sends a signed request to another resource of the same server',
  failing: [VERIFIES],
  references: [PROFILE],
  change: (request) => atOnce({ ...request, target: `${request.target}/cancel` }),
});

/** The request is sent to another host. */
export const hostRedirected = sentOnce({
  id: 'profile-r/host-redirected',
  description: 'sends a signed request to another server that trusts the same key',
  failing: [VERIFIES],
  references: [PROFILE],
  change: (request) => atOnce({ ...request, authority: `other.${request.authority}` }),
});

/** The request is sent with another method. */
export const methodChanged = sentOnce({
  id: 'profile-r/method-changed',
  description: 'makes a deletion of what was signed as a change',
  failing: [VERIFIES],
  references: [PROFILE],
  change: (request) =>
    atOnce({ ...request, method: request.method === 'DELETE' ? 'PUT' : 'DELETE' }),
});

/** The counter is raised. */
export const counterRaised = sentOnce({
  id: 'profile-r/counter-raised',
  description: 'raises the counter in the nonce, so that a used request passes for the next one',
  failing: [VERIFIES],
  references: [PROFILE],
  change: (request) =>
    atOnce(
      withInput(request, (input) =>
        input.replace(/(nonce="\d+:)(\d+)"/, (_all, before: string, counter: string) =>
          [before, BigInt(counter) + 1n, '"'].join(''),
        ),
      ),
    ),
});

/** The query is taken out of what the signature covers. */
export const componentLeftOut = sentOnce({
  id: 'profile-r/component-left-out',
  description: 'takes the query off the list of what is signed, to change it at will',
  failing: ['signed-request/components-covered', VERIFIES],
  references: ['RFC 9421, 7.2.1 (insufficient coverage)'],
  change: (request) => atOnce(withInput(request, (input) => input.replace(' "@query"', ''))),
});

/** The algorithm is one of shared secrets. */
export const algorithmConfused = sentOnce({
  id: 'profile-r/algorithm-confused',
  description: 'names HMAC, for a verifier that takes the public key for the secret',
  failing: ['signed-request/algorithm-allowed', VERIFIES],
  references: ['RFC 9421, 7.3.6 (confusion of algorithms)'],
  change: (request) =>
    atOnce(withInput(request, (input) => input.replace(/alg="[^"]*"/, 'alg="hmac-sha256"'))),
});

/** A second signature has the same tag. */
export const signatureAdded = sentOnce({
  id: 'profile-r/signature-added',
  description: 'adds a signature of the same tag, for two readers who each take another one',
  failing: ['signed-request/well-formed'],
  references: ['RFC 9421, 7.3.1 (multiple signatures)', 'CWE-444'],
  change: (request) => atOnce(withInput(request, (input) => `${input}, other=();tag="attestlab"`)),
});

/** The signature is written in the other encoding. */
export const signatureAsDer = sentOnce({
  id: 'profile-r/signature-as-der',
  description: 'writes the signature in DER, another spelling of the same one',
  failing: ['signed-request/signature-encoding-allowed'],
  references: ['RFC 9421, 3.3.4'],
  change: (request) =>
    atOnce(
      withSignature(request, (pair) => {
        const { r, s } = readP256Pair(pair);
        return der.sequence(der.integer(r), der.integer(s));
      }),
    ),
});

/** A request of one phone comes over the connection of another. */
export const otherConnection = sentOnce({
  id: 'profile-r/other-connection',
  description: 'sends a signed request of one phone over the connection of another',
  failing: ['signed-request/key-bound-to-connection'],
  references: ['RFC 8705, 3 (certificate-bound tokens)'],
  change: (request) => ({ ...atOnce(request), circumstance: 'other-connection' }),
});

/** The request is of before the key was issued again. */
export const epochBefore = sentOnce({
  id: 'profile-r/epoch-before',
  description: 'sends a request of before the key was registered anew, when counters began again',
  failing: ['signed-request/epoch-current'],
  references: [PROFILE],
  change: (request) => ({ ...atOnce(request), circumstance: 'key-reissued' }),
});

/** A request is held back for a day. */
export const timestampStale = sentOnce({
  id: 'profile-r/timestamp-stale',
  description: 'holds a request back and sends it a day later, when it does most harm',
  failing: ['signed-request/timestamp-not-stale'],
  references: ['RFC 9421, 7.2.2 (signature replay)'],
  change: (request) => ({ evidence: request, afterMs: DAY_MS }),
});

/** The same request is sent twice. */
export const counterReplayed: ProfileRAttack = {
  ...told('profile-r/counter-replayed', 'sends a captured request again, to have it done twice'),
  failing: { 'signed-request': ['signed-request/counter-not-replayed'] },
  references: ['RFC 9421, 7.2.2 (signature replay)'],
  captures: 1,
  present: (captured) => [atOnce(capture(captured, 0)), atOnce(capture(captured, 0))],
};

/** The same request is sent twice, the second time with the twin of its signature. */
export const signatureTwin: ProfileRAttack = {
  ...told('profile-r/signature-twin', 'replays a request with n - s for s, which nobody has seen'),
  failing: { 'signed-request': ['signed-request/counter-not-replayed'] },
  references: ['ECDSA malleability: (r, n - s) verifies where (r, s) does'],
  captures: 1,
  present: (captured) => {
    const request = capture(captured, 0);
    const twin = withSignature(request, (pair) => {
      const { r, s } = readP256Pair(pair);
      const hex = [r, P256_ORDER - s].map((value) => value.toString(16).padStart(64, '0'));
      return fromHex(hex.join('')) ?? new Uint8Array();
    });
    return [atOnce(request), atOnce(twin)];
  },
};

/** An earlier request is sent after a later one. */
export const counterRolledBack: ProfileRAttack = {
  ...told('profile-r/counter-rolled-back', 'sends a request that it held back after a later one'),
  failing: { 'signed-request': ['signed-request/counter-not-rolled-back'] },
  references: ['RFC 4303, 3.4.3 (anti-replay by counter)'],
  captures: 2,
  present: (captured) => [atOnce(capture(captured, 1)), atOnce(capture(captured, 0))],
};

function sentOnce(attack: {
  readonly id: string;
  readonly description: string;
  readonly failing: Stopped;
  readonly references: readonly string[];
  readonly change: (request: SignedHttpRequest) => Presentation<SignedHttpRequest>;
}): ProfileRAttack {
  const { id, description, failing, references, change } = attack;
  return {
    ...told(id, description),
    failing: { 'signed-request': failing },
    references,
    captures: 1,
    present: (captured) => [change(capture(captured, 0))],
  };
}

function told(id: string, description: string) {
  return { id, description, applies: 'profile-r-request', needs: ['captured-request'] } as const;
}

function withInput(
  request: SignedHttpRequest,
  change: (input: string) => string,
): SignedHttpRequest {
  return withHeader(request, 'signature-input', change);
}

function withSignature(
  request: SignedHttpRequest,
  change: (pair: Uint8Array) => Uint8Array,
): SignedHttpRequest {
  return withHeader(request, 'signature', (value) =>
    value.replace(/:([^:]*):/, (_all, bytes: string) => {
      const pair = new Uint8Array(Buffer.from(bytes, 'base64'));
      return `:${toBase64(change(pair))}:`;
    }),
  );
}
