import { utf8, utf8Text } from '../../encoding/bytes.js';
import { parseSignedRequest, type SignedHttpRequest } from '../../evidence/signed-request/index.js';
import type { AppraisalInput } from '../../verifier/index.js';
import type { Sabotage, SabotageId } from './sabotage.js';
import { ignoring, misjudging, withoutRule, withStore, withVerifier } from './wrap.js';

type Row = Omit<Sabotage, 'id'>;

const BOTH = ['android', 'ios'] as const;
const SIGNED_PATH = '/v1/orders';

/** Defects of the relying party in how it takes orders. */
export const ORDER_SABOTAGES = {
  'relying-party-ignores-denied-signers': {
    description: 'the relying party takes orders whose signing key is on the deny list',
    platforms: BOTH,
    relyingParty: withoutRule('signing-key/not-denied'),
  },
  'relying-party-routes-any-path': {
    description:
      'the relying party verifies a signature without the part of the path below its own',
    platforms: BOTH,
    relyingParty: withVerifier((appraise) => (input) => appraise(reread(input, atSignedPath))),
  },
  'relying-party-accepts-stale-timestamps': {
    description: 'the relying party has no lower limit for timestamps',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('signed-request/timestamp-not-stale')),
  },
  'relying-party-accepts-future-timestamps': {
    description: 'the relying party has no upper limit for timestamps',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('signed-request/timestamp-not-ahead')),
  },
  'relying-party-accepts-replayed-counter': {
    description: 'the relying party accepts the counter that it accepted last',
    platforms: BOTH,
    // Its store has to go along: it would be asked for ever to count what it has counted.
    relyingParty: (options) =>
      withStore({ useNonce: () => Promise.resolve(true) })(
        withVerifier(ignoring('signed-request/counter-not-replayed'))(options),
      ),
  },
  'relying-party-accepts-rolled-back-counter': {
    description: 'the relying party accepts a counter below the one that it accepted last',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('signed-request/counter-not-rolled-back')),
  },
  'relying-party-ignores-epochs': {
    description: 'the relying party takes orders of a registration that has ended',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('signed-request/epoch-current')),
  },
  'relying-party-counts-in-doubles': {
    description: 'the relying party keeps counters in doubles, which hold no odd number above 2^53',
    platforms: BOTH,
    relyingParty: withVerifier(misjudging('signed-request/counter-not-replayed', isSameDouble)),
  },
  'relying-party-wants-counters-in-order': {
    description: 'the relying party wants counters in order where they may overtake one another',
    platforms: BOTH,
    relyingParty: (options) => ({ ...options, counterMode: 'strict' }),
  },
  'relying-party-digests-parsed-bodies': {
    description: 'the relying party reads the JSON of an order and digests what it would write',
    platforms: BOTH,
    relyingParty: withVerifier((appraise) => (input) => appraise(reread(input, rewritten))),
  },
} as const satisfies Partial<Record<SabotageId, Row>>;

// Has a verifier read another request than the one that came.
function reread(
  input: AppraisalInput,
  change: (request: SignedHttpRequest) => SignedHttpRequest,
): AppraisalInput {
  if (input.evidence.format !== 'signed-request') return input;
  const { request } = input.evidence;
  const changed = change(request);
  if (changed === request) return input;
  return { ...input, evidence: parseSignedRequest(changed) } as AppraisalInput;
}

function atSignedPath(request: SignedHttpRequest): SignedHttpRequest {
  return request.target.startsWith(`${SIGNED_PATH}/`)
    ? { ...request, target: SIGNED_PATH }
    : request;
}

function rewritten(request: SignedHttpRequest): SignedHttpRequest {
  try {
    const body = utf8(JSON.stringify(JSON.parse(utf8Text(request.body) ?? '')));
    return { ...request, body };
  } catch {
    return request;
  }
}

function isSameDouble({ evidence, expected }: AppraisalInput): boolean {
  if (evidence.format !== 'signed-request' || !evidence.parsed.ok) return false;
  const last = 'key' in expected ? (expected.key?.lastCounter ?? null) : null;
  return last !== null && Number(last) === Number(evidence.parsed.value.counter);
}
