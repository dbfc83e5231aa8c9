import { toHex } from '../../encoding/bytes.js';
import { p256PointOfSpki } from '../../encoding/cose.js';
import { NAME_OID, nameValue } from '../../encoding/distinguished-name.js';
import { SHORT_LIVED, type RelyingPartyOptions } from '../../relying-party/index.js';
import type { AppraisalInput } from '../../verifier/index.js';
import type { Sabotage, SabotageId } from './sabotage.js';
import { ignoring, misjudging, withVerifier } from './wrap.js';

type Row = Omit<Sabotage, 'id'>;

const BOTH = ['android', 'ios'] as const;
const YEAR_MS = 365 * 24 * 60 * 60_000;

/** Defects of the relying party's certificate authority. */
export const CERTIFICATE_AUTHORITY_SABOTAGES = {
  'certificate-authority-skips-proof-of-possession': {
    description: 'the certificate authority does not verify the signature of a request',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('csr/signature-verifies')),
  },
  'certificate-authority-takes-loose-requests': {
    description: 'the certificate authority takes a request with something behind it',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('csr/well-formed')),
  },
  'certificate-authority-takes-any-key': {
    description: 'the certificate authority does not ask what kind of key a request is for',
    platforms: BOTH,
    // Issuance has a guard of its own. The key that was put in has not signed, which is all that is seen.
    relyingParty: withVerifier((appraise) =>
      misjudging('csr/signature-verifies', isOfAnotherCurve)(ignoring('csr/key-allowed')(appraise)),
    ),
  },
  'certificate-authority-takes-any-digest': {
    description: 'the certificate authority takes a request that is signed over any digest',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('csr/signature-algorithm-allowed')),
  },
  'certificate-authority-ignores-nonce': {
    description: 'the certificate authority takes a request that was not made for its challenge',
    platforms: BOTH,
    relyingParty: withVerifier(ignoring('csr/nonce-matches')),
  },
  'certificate-authority-obeys-requests': {
    description:
      'the certificate authority issues a certificate in the name that a request asks for',
    platforms: BOTH,
    relyingParty: obeyingRequests,
  },
  'certificate-authority-issues-for-a-year': {
    description: 'the certificate authority issues certificates that nobody revokes for a year',
    platforms: BOTH,
    relyingParty: (options) => ({
      ...options,
      certificates: { ...SHORT_LIVED, lifetimeMs: YEAR_MS },
    }),
  },
} as const satisfies Partial<Record<SabotageId, Row>>;

function isOfAnotherCurve({ evidence }: AppraisalInput): boolean {
  const isRequest = evidence.format === 'csr' && evidence.parsed.ok;
  return isRequest && p256PointOfSpki(evidence.parsed.value.spki) === null;
}

// An authority is given no request, so the verifier remembers what each asked for.
function obeyingRequests(options: RelyingPartyOptions): RelyingPartyOptions {
  const { clientAuthority } = options.pki;
  const wanted = new Map<string, string>();
  const remembering = withVerifier((appraise) => (input) => {
    if (input.evidence.format === 'csr' && input.evidence.parsed.ok) {
      const { spki, subject } = input.evidence.parsed.value;
      wanted.set(toHex(spki), nameValue(subject, NAME_OID.commonName) ?? '');
    }
    return appraise(input);
  });
  const issue: typeof clientAuthority.issue = (order) =>
    clientAuthority.issue({
      ...order,
      commonName: wanted.get(toHex(order.spki)) ?? order.commonName,
    });
  const obeying = {
    ...options.pki,
    clientAuthority: { certificate: clientAuthority.certificate, issue },
  };
  return { ...remembering(options), pki: obeying };
}
