import { toHex } from '../../encoding/bytes.js';
import { p256PointOfSpki } from '../../encoding/cose.js';
import { SubjectAlternativeNameExtension } from '../../encoding/peculiar.js';
import { SHORT_LIVED, type RelyingPartyOptions } from '../../relying-party/index.js';
import type { AppraisalInput } from '../../verifier/index.js';
import { ASKED_FOR } from '../story/ask-for-more.js';
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
      'the certificate authority puts the other names that a request asks for into its certificate',
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

/** Whoever signed what a request asks for would have it pass for a server of that name. */
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';

// An authority is given no request, so the verifier remembers for which keys more was asked. Another
// common name or use is noticed before a certificate is handed out; other names are not.
function obeyingRequests(options: RelyingPartyOptions): RelyingPartyOptions {
  const { clientAuthority } = options.pki;
  const greedy = new Set<string>();
  const remembering = withVerifier((appraise) => (input) => {
    if (input.evidence.format === 'csr' && input.evidence.parsed.ok) {
      const { spki, requestedExtensions } = input.evidence.parsed.value;
      if (requestedExtensions.includes(SUBJECT_ALTERNATIVE_NAME)) greedy.add(toHex(spki));
    }
    return appraise(input);
  });
  const asked = new SubjectAlternativeNameExtension([{ type: 'dns', value: ASKED_FOR.dnsName }]);
  const issue: typeof clientAuthority.issue = (order) =>
    clientAuthority.issue(
      greedy.has(toHex(order.spki))
        ? { ...order, extensions: [...order.extensions, asked] }
        : order,
    );
  const obeying = {
    ...options.pki,
    clientAuthority: { certificate: clientAuthority.certificate, issue },
  };
  return { ...remembering(options), pki: obeying };
}
