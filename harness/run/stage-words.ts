// Words for what a story can ask of its stage. Workers need them, and nothing of what they stand for:
// loading that as well would double what a worker takes to start.

/** The relying parties that stories meet: one as it should be, and others that differ in one thing. */
export const BACKENDS = {
  reference: 'the relying party as it should be',
  undemanding: 'asks for no evidence, and so takes any key for what it is said to be',
  hasty: 'takes no challenge that is not presented at once',
  unlisted: 'has no list of revoked attestation keys',
  'after-revocation': 'has a list that revokes the attestation key of whoever enrols',
  'of-another-app': 'knows an app of another name',
  'of-another-signer': 'knows an app of this name that somebody else has signed',
  watched: 'has a clock and a log of its own for each phone, so that days pass in a scenario',
  'demanding-play':
    'demands a verdict of Play Integrity too, and takes a probe that no store distributes',
  unguarded: 'lets every client connect and judges its certificate afterwards',
  'counting-in-a-window': 'takes counters out of order within a window of sixteen',
  'counting-by-nonces': 'takes counters in any order, each once',
  'of-another-environment': "takes App Attest of Apple's other environment alone",
} as const;

/** One of them. */
export type BackendId = keyof typeof BACKENDS;

/** Every one, for schemas. */
export const BACKEND_IDS = Object.keys(BACKENDS) as readonly BackendId[];

/** What stories can put between a phone and the relying party. */
export const MIDDLES = [
  'trusted-interceptor',
  'untrusted-interceptor',
  'interceptor-for-another-name',
  'rotated-server',
] as const;

/** One of them. */
export type Middle = (typeof MIDDLES)[number];

/** What apps are built to pin. */
export const PINNINGS = ['leaf', 'authority', 'leaf-and-backup'] as const;

/** One way to pin. */
export type Pinning = (typeof PINNINGS)[number];

/** What can be wrong with a client certificate that otherwise certifies the phone's own key. */
export const CERTIFICATE_FAULTS = [
  'none',
  'expired',
  'not-yet-valid',
  'foreign-issuer',
  'wrong-usage',
] as const;

/** One of them, or none. */
export type CertificateFault = (typeof CERTIFICATE_FAULTS)[number];

/** The status of a rewritten answer: no server gives it. */
export const REWRITTEN_STATUS = 299;
