/** What a disagreement means. */
export type NoteKind =
  /** An attacker gains something, or a genuine phone is refused. */
  | 'defect'
  /** The library leaves it to its caller, who may well do it. */
  | 'caller'
  /** The library has no such setting, or is older than what the vector shows. */
  | 'no-setting'
  /** The library is not wrong; we are merely stricter. */
  | 'stricter';

/** Why a peer disagrees on some vectors. */
export interface PeerNote {
  readonly kind: NoteKind;
  readonly text: string;
  /** What the vectors' ids begin with. */
  readonly vectors: readonly string[];
}

/** What the page says of one peer. */
export interface PeerNotes {
  /** How its adapter calls it. */
  readonly called: string;
  readonly notes: readonly PeerNote[];
}

const ATTESTATION = 'app-attest-attestation/';
const ASSERTION = 'app-attest-assertion/';
const RECEIPT = 'app-attest-receipt/';

const UNREAD_RECEIPT: PeerNote = {
  kind: 'caller',
  text: 'hands the receipt in the attestation back, or drops it, without a look at it',
  vectors: [`${ATTESTATION}sole-failure/receipt-`, `${ATTESTATION}malformed/receipt-number`],
};
const CATEGORY: PeerNote = {
  kind: 'no-setting',
  text: 'knows nothing of the validation category that iOS 27 adds',
  vectors: [
    `${ATTESTATION}sole-failure/validation-category-allowed/`,
    `${ATTESTATION}malformed/category-3-bytes`,
  ],
};
const WINDOW: PeerNote = {
  kind: 'no-setting',
  text: 'has no window for counters: what comes late is refused, as Apple’s step 5 has it',
  vectors: [`${ASSERTION}passing/late-in-window`],
};
const UNREAD_COSE_KEY: PeerNote = {
  kind: 'stricter',
  text: 'takes the key from the certificate, which is the certified one, and compares no COSE key',
  vectors: [`${ATTESTATION}sole-failure/credential-key-matches/`],
};
const CUT_COSE_KEY: PeerNote = {
  ...UNREAD_COSE_KEY,
  vectors: [...UNREAD_COSE_KEY.vectors, `${ATTESTATION}malformed/data-short`],
};
const UNCONSTRAINED: PeerNote = {
  kind: 'stricter',
  text:
    'verifies two signatures up to the root and no names or basicConstraints; an App Attest key ' +
    'signs no certificates, so nobody can use it today',
  vectors: [
    `${ATTESTATION}sole-failure/names-chain/`,
    `${ATTESTATION}sole-failure/issuers-are-authorities/`,
    `${ATTESTATION}malformed/constraints-number`,
  ],
};
const UNDER_ROOT: PeerNote = {
  kind: 'stricter',
  text: 'builds a path to the root, of whatever length',
  vectors: [`${ATTESTATION}sole-failure/chain-long-enough/`],
};

/** What is known of every shipped peer's disagreements on our own corpus. */
export const PEER_NOTES: ReadonlyMap<string, PeerNotes> = new Map([
  [
    '@simplewebauthn/server',
    {
      called:
        'the function of its android-key format, with the roots of the vector, `Date` standing at ' +
        'the vector’s time, and no network. WebAuthn’s signature by the attested key is in no ' +
        'vector: the library’s own seam for tests answers for it. Keys on P-256 and P-384 alone. ' +
        'Its own list of roots, which no vector asks about, lacks Google’s P-384 root of 2025.',
      notes: [
        {
          kind: 'defect',
          text:
            'accepts the chain-extension forgery: it reads record and key of the first certificate ' +
            'and asks neither whether its issuer is an authority nor whether a record stands above',
          vectors: [
            'android-key/sole-failure/chain-not-extended/',
            'android-key/malformed/upper-record-number',
          ],
        },
        {
          kind: 'defect',
          text: 'accepts any root where its list of roots is empty (its own list is not)',
          vectors: [
            'android-key/sole-failure/anchor-trusted/no-anchors',
            'android-key/sole-failure/root-not-software/',
          ],
        },
        {
          kind: 'defect',
          text:
            'compares neither origin nor purpose, which WebAuthn demands (8.4): an imported key ' +
            'passes for one that the hardware made',
          vectors: [
            'android-key/sole-failure/origin-generated/',
            'android-key/sole-failure/purpose-sign/',
          ],
        },
        {
          kind: 'defect',
          text: 'refuses genuine phones: those whose leaf has dates that mean nothing, and those that leave the root out',
          vectors: ['android-key/passing/leaf-of-1970', 'android-key/passing/root-left-out'],
        },
        {
          kind: 'caller',
          text:
            'never sees Google’s status list; it looks for the lists that certificates name, and ' +
            'Android’s name none',
          vectors: [
            'android-key/sole-failure/revocation-',
            'android-key/sole-failure/not-revoked/',
            'android-key/sole-failure/not-suspended/',
            'android-key/sole-failure/status-known/',
            'android-key/malformed/list-',
          ],
        },
        {
          kind: 'caller',
          text:
            'looks at no levels, root of trust, boot state, patch levels, times or app: a caller who ' +
            'cares parses the leaf itself',
          vectors: [
            'android-key/sole-failure/level',
            'android-key/sole-failure/strongbox-certified/',
            'android-key/sole-failure/root-of-trust-present/',
            'android-key/sole-failure/device-locked/',
            'android-key/sole-failure/boot-verified/',
            'android-key/sole-failure/package-matches/',
            'android-key/sole-failure/signer-matches/',
            'android-key/sole-failure/os-patch-level-sufficient/',
            'android-key/sole-failure/vendor-patch-level-sufficient/',
            'android-key/sole-failure/boot-patch-level-sufficient/',
            'android-key/sole-failure/creation-not-ahead/',
            'android-key/malformed/os-month-13',
            'android-key/malformed/vendor-zero',
            'android-key/malformed/boot-april-31',
          ],
        },
        {
          kind: 'no-setting',
          text: 'takes no chain that lists its root twice: no phone sends one, so nobody is turned away',
          vectors: ['android-key/passing/root-twice'],
        },
        {
          kind: 'no-setting',
          text: 'cannot refuse a leaf under an attest key',
          vectors: ['android-key/sole-failure/single-record/'],
        },
        {
          kind: 'stricter',
          text: 'ignores a byte behind a certificate and takes an authority that it is given for an anchor',
          vectors: [
            'android-key/sole-failure/well-formed/',
            'android-key/sole-failure/root-present/',
          ],
        },
        {
          kind: 'stricter',
          text: 'reads of the record what it needs; what no KeyMint writes elsewhere goes by',
          vectors: [
            'android-key/malformed/record-twice',
            'android-key/malformed/tag-two-values',
            'android-key/malformed/level-3',
            'android-key/malformed/purpose-boolean',
            'android-key/malformed/boot-state-9',
            'android-key/malformed/application-id-text',
            'android-key/malformed/signer-number',
          ],
        },
      ],
    },
  ],
  [
    'node-app-attest',
    {
      called:
        'its two functions, once an app id. The root that it pins is given the vector’s key; the ' +
        'hash of client data is answered where it hashes them. Where no counter is stored it is ' +
        'told 0: told nothing, it compares with `undefined` and accepts any.',
      notes: [
        {
          kind: 'defect',
          text: 'never looks at the dates of certificates: expired attestations are accepted',
          vectors: [
            `${ATTESTATION}sole-failure/not-expired/`,
            `${ATTESTATION}sole-failure/already-valid/`,
          ],
        },
        {
          kind: 'defect',
          text: 'reads the counter as a signed number: from 2^31 on it refuses every assertion',
          vectors: [`${ASSERTION}passing/past-sign-bit`],
        },
        UNREAD_RECEIPT,
        CATEGORY,
        WINDOW,
        UNCONSTRAINED,
        CUT_COSE_KEY,
        {
          kind: 'stricter',
          text: 'ignores a byte behind an assertion',
          vectors: [`${ASSERTION}sole-failure/well-formed/`],
        },
      ],
    },
  ],
  [
    'appattest-checker-node',
    {
      called:
        'its two functions, once an app id and environment, with the vector’s root, `Date` ' +
        'standing at the vector’s time, and the hash of client data answered where it hashes them.',
      notes: [
        {
          kind: 'defect',
          text:
            'takes development for production: it compares the first nine bytes of the AAGUID, in ' +
            'which the two do not differ',
          vectors: [`${ATTESTATION}sole-failure/environment-allowed/`],
        },
        {
          kind: 'caller',
          text: 'returns the counter and compares none: who forgets it accepts every replay',
          vectors: [`${ASSERTION}sole-failure/counter-increased/`],
        },
        UNREAD_RECEIPT,
        CATEGORY,
        UNCONSTRAINED,
        CUT_COSE_KEY,
      ],
    },
  ],
  [
    'webauthn4j-appattest',
    {
      called:
        '`DeviceCheckManager`, once an app id and environment, its path verifier given the ' +
        'vector’s roots and time (its own clock is the machine’s).',
      notes: [
        {
          kind: 'defect',
          text: 'refuses every phone on iOS 27, whose authenticator data go on behind the key',
          vectors: [`${ATTESTATION}passing/production`],
        },
        UNREAD_RECEIPT,
        WINDOW,
        UNDER_ROOT,
        UNREAD_COSE_KEY,
      ],
    },
  ],
  [
    'devicecheck-appattest',
    {
      called:
        'its validators, once an app id and environment, with the vector’s root and clock; SHA-256 ' +
        'answers for client data of which the hash is known. A challenge in client data is the ' +
        'caller’s, and every one is taken for good. It judges receipts as well.',
      notes: [
        {
          kind: 'defect',
          text:
            'takes every certificate under Apple’s root for a signer of receipts: the mark of those ' +
            'that are is not asked for, and that root has issued others to many',
          vectors: [
            `${ATTESTATION}sole-failure/receipt-verifies/`,
            `${RECEIPT}sole-failure/signer-marked/`,
          ],
        },
        CATEGORY,
        WINDOW,
        {
          kind: 'stricter',
          text: 'holds the signer to its dates now and not when it signed, and takes a receipt of the future: Apple signs neither',
          vectors: [
            `${RECEIPT}sole-failure/signer-valid/`,
            `${RECEIPT}sole-failure/not-from-future/`,
          ],
        },
        UNDER_ROOT,
        UNREAD_COSE_KEY,
        {
          kind: 'stricter',
          text: 'ignores a byte behind what it reads',
          vectors: [
            `${ATTESTATION}sole-failure/well-formed/`,
            `${ASSERTION}sole-failure/well-formed/`,
            `${RECEIPT}sole-failure/well-formed/`,
          ],
        },
      ],
    },
  ],
]);
