import { fromBase64url, toBase64url } from '../encoding/bytes.js';
import { der } from '../encoding/der-writer.js';
import { readP256Signature } from '../encoding/ecdsa.js';
import { PROFILE_S_HEADERS } from '../evidence/formats/index.js';
import type { SignedHttpRequest } from '../evidence/signed-request/index.js';
import { atOnce, capture, DAY_MS, type Presentation, type SignedRequestAttack } from './attack.js';
import { flipBit } from './edit-der.js';
import { P256_ORDER, tampered, withHeader } from './edit-request.js';

const PROFILE = 'profile S: method, authority, target, key, epoch, counter, time, type and body';

/** The body is changed after it was signed. */
export const bodyTampered = onTheWay({
  id: 'signed-request/body-tampered',
  description: 'changes the body on the way: another amount, the same signature',
  change: (request) => ({ ...request, body: tampered(request.body) }),
});

/** The request is sent to another path. */
export const pathRedirected = onTheWay({
  id: 'signed-request/path-redirected',
  description: 'sends a signed request to another resource of the same server',
  change: (request) => ({ ...request, target: `${request.target}/cancel` }),
});

/** The request is sent to another host. */
export const hostRedirected = onTheWay({
  id: 'signed-request/host-redirected',
  description: 'sends a signed request to another server that trusts the same key',
  change: (request) => ({ ...request, authority: `other.${request.authority}` }),
});

/** The request is sent with another method. */
export const methodChanged = onTheWay({
  id: 'signed-request/method-changed',
  description: 'makes a deletion of what was signed as a change',
  change: (request) => ({ ...request, method: request.method === 'DELETE' ? 'PUT' : 'DELETE' }),
});

/** The timestamp is made current again. */
export const timestampRenewed = onTheWay({
  id: 'signed-request/timestamp-renewed',
  description: 'moves the time on, so that an old request looks fresh',
  change: (request) => withNumber(request, PROFILE_S_HEADERS.timestamp, 1n),
});

/** The counter is raised. */
export const counterRaised = onTheWay({
  id: 'signed-request/counter-raised',
  description: 'raises the counter, so that a request that was used passes for the next one',
  change: (request) => withNumber(request, PROFILE_S_HEADERS.counter, 1n),
});

/** A digit goes over from the timestamp to the counter: put together without marks, both are the same text. */
export const boundaryShifted: SignedRequestAttack = {
  id: 'signed-request/boundary-shifted',
  applies: 'signed-request',
  description:
    'moves digits from the timestamp to the counter, for who signs fields without marks between them',
  needs: ['captured-request'],
  failing: {
    'signed-request': ['signed-request/signature-verifies', 'signed-request/timestamp-not-stale'],
  },
  references: [PROFILE, 'CWE-347', 'RFC 9421, 2.5 (one line for each component)'],
  captures: 1,
  present: (captured) => {
    const request = capture(captured, 0);
    let moved = '';
    const shorter = withHeader(request, PROFILE_S_HEADERS.timestamp, (value) => {
      // What stays must not begin with 0, or it would be no number in its one form.
      const [, head = '', rest = value] = /^(\d+?)([1-9]\d*)$/.exec(value) ?? [];
      moved = head;
      return rest;
    });
    return [atOnce(withHeader(shorter, PROFILE_S_HEADERS.counter, (value) => value + moved))];
  },
};

/** The signature is written in the other encoding of ECDSA. */
export const signatureAsPair: SignedRequestAttack = {
  id: 'signed-request/signature-as-pair',
  applies: 'signed-request',
  description: 'writes the signature as r and s of 32 bytes each, another spelling of the same one',
  needs: ['captured-request'],
  failing: { 'signed-request': ['signed-request/signature-encoding-allowed'] },
  references: ['profile S: one encoding, strict DER', 'RFC 9421, 3.3.4 (the other encoding)'],
  captures: 1,
  present: (captured) => [
    atOnce(
      withSignature(capture(captured, 0), (signature) => {
        const { r, s } = readP256Signature(signature);
        const hex = [r, s].map((value) => value.toString(16).padStart(64, '0')).join('');
        return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
      }),
    ),
  ],
};

/** The same request is sent twice. */
export const counterReplayed: SignedRequestAttack = {
  id: 'signed-request/counter-replayed',
  applies: 'signed-request',
  description: 'sends a captured request a second time, to have it done twice',
  needs: ['captured-request'],
  failing: { 'signed-request': ['signed-request/counter-not-replayed'] },
  references: ['RFC 4303, 3.4.3 (anti-replay by counter)'],
  captures: 1,
  present: (captured) => [atOnce(capture(captured, 0)), atOnce(capture(captured, 0))],
};

/** The same request is sent twice, the second time with the twin of its signature. */
export const signatureTwin: SignedRequestAttack = {
  id: 'signed-request/signature-twin',
  applies: 'signed-request',
  description: 'replays a request with n - s for s: a valid signature whose bytes nobody has seen',
  needs: ['captured-request'],
  failing: { 'signed-request': ['signed-request/counter-not-replayed'] },
  references: ['ECDSA malleability: (r, n - s) verifies where (r, s) does'],
  captures: 1,
  present: (captured) => {
    const request = capture(captured, 0);
    const twin = withSignature(request, (signature) => {
      const { r, s } = readP256Signature(signature);
      return der.sequence(der.integer(r), der.integer(P256_ORDER - s));
    });
    return [atOnce(request), atOnce(twin)];
  },
};

/** An earlier request is sent after a later one. */
export const counterRolledBack: SignedRequestAttack = {
  id: 'signed-request/counter-rolled-back',
  applies: 'signed-request',
  description: 'holds a request back and sends it after a later one, as a restored backup would',
  needs: ['captured-request'],
  failing: { 'signed-request': ['signed-request/counter-not-rolled-back'] },
  references: ['RFC 4303, 3.4.3 (anti-replay by counter)'],
  captures: 2,
  present: (captured) => [atOnce(capture(captured, 1)), atOnce(capture(captured, 0))],
};

/** A request is held back for a day. */
export const timestampStale: SignedRequestAttack = {
  id: 'signed-request/timestamp-stale',
  applies: 'signed-request',
  description: 'holds a request back and sends it a day later, when it does most harm',
  needs: ['captured-request'],
  failing: { 'signed-request': ['signed-request/timestamp-not-stale'] },
  references: ['RFC 9449, 11.1 (lifetime of proofs)'],
  captures: 1,
  present: (captured) => [{ evidence: capture(captured, 0), afterMs: DAY_MS }],
};

/** A header comes twice. */
export const headerDoubled = sentOnce({
  id: 'signed-request/header-doubled',
  description: 'sends the counter twice, for two readers who each take another one',
  failing: ['signed-request/well-formed'],
  references: ['RFC 9110, 5.3 (fields that come twice)', 'CWE-444'],
  change: (request) => ({
    evidence: { ...request, headers: [...request.headers, [PROFILE_S_HEADERS.counter, '99']] },
    afterMs: 0,
  }),
});

/** A key that nobody registered signs. */
export const keyUnknown = sentOnce({
  id: 'signed-request/key-unknown',
  description: 'names a key that was never attested, and hopes to have it looked up nowhere',
  failing: ['signed-request/key-known', 'signed-request/key-bound-to-connection'],
  references: [PROFILE],
  change: (request) =>
    atOnce(
      withHeader(request, PROFILE_S_HEADERS.keyId, (value) =>
        toBase64url(flipBit(fromBase64url(value) ?? new Uint8Array(1), 0)),
      ),
    ),
});

/** The request comes over somebody else's connection. */
export const otherConnection = sentOnce({
  id: 'signed-request/other-connection',
  description: 'sends a signed request of one phone over the connection of another',
  failing: ['signed-request/key-bound-to-connection'],
  references: ['RFC 8705, 3 (certificate-bound tokens)'],
  change: (request) => ({ ...atOnce(request), circumstance: 'other-connection' }),
});

/** The digest is of another body. */
export const digestOfOtherBody = sentOnce({
  id: 'signed-request/digest-of-other-body',
  description: 'adds the digest of another body, for the reader who trusts it unseen',
  failing: ['signed-request/digest-matches'],
  references: ['RFC 9530, 2 (Content-Digest)'],
  change: (request) =>
    atOnce({
      ...request,
      headers: [
        ...request.headers.filter(([name]) => name.toLowerCase() !== 'content-digest'),
        ['content-digest', `sha-256=:${'A'.repeat(43)}=:`],
      ],
    }),
});

/** The request is of before the key was issued again. */
export const epochBefore = sentOnce({
  id: 'signed-request/epoch-before',
  description: 'sends a request of before the key was registered anew, when counters began again',
  failing: ['signed-request/epoch-current'],
  references: [PROFILE, 'RFC 4303, 3.4.3 (anti-replay by counter)'],
  change: (request) => ({ ...atOnce(request), circumstance: 'key-reissued' }),
});

/** The request is dated ahead. */
export const timestampAhead = sentOnce({
  id: 'signed-request/timestamp-ahead',
  description: 'has the phone sign for tomorrow, when he will no longer have it in his hands',
  failing: ['signed-request/timestamp-not-ahead'],
  references: ['RFC 9449, 11.1 (lifetime of proofs)'],
  change: (request) => ({ evidence: request, afterMs: -DAY_MS }),
});

function sentOnce(attack: {
  readonly id: string;
  readonly description: string;
  readonly failing: NonNullable<SignedRequestAttack['failing']['signed-request']>;
  readonly references: readonly string[];
  readonly change: (request: SignedHttpRequest) => Presentation<SignedHttpRequest>;
}): SignedRequestAttack {
  const { id, description, failing, references, change } = attack;
  return {
    ...{ id, description, references, applies: 'signed-request' },
    needs: ['captured-request'],
    failing: { 'signed-request': failing },
    captures: 1,
    present: (captured) => [change(capture(captured, 0))],
  };
}

function onTheWay(attack: {
  readonly id: string;
  readonly description: string;
  readonly change: (request: SignedHttpRequest) => SignedHttpRequest;
}): SignedRequestAttack {
  return {
    id: attack.id,
    applies: 'signed-request',
    description: attack.description,
    needs: ['captured-request'],
    failing: { 'signed-request': ['signed-request/signature-verifies'] },
    references: [PROFILE],
    captures: 1,
    present: (captured) => [atOnce(attack.change(capture(captured, 0)))],
  };
}

function withNumber(request: SignedHttpRequest, header: string, more: bigint): SignedHttpRequest {
  return withHeader(request, header, (value) => (BigInt(value) + more).toString());
}

function withSignature(
  request: SignedHttpRequest,
  change: (signature: Uint8Array) => Uint8Array,
): SignedHttpRequest {
  return withHeader(request, PROFILE_S_HEADERS.signature, (value) =>
    toBase64url(change(fromBase64url(value) ?? new Uint8Array())),
  );
}
