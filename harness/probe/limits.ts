/** Scheme and host of every deep link; the host is the version of the link's own form. */
export const DEEP_LINK_PREFIX = 'attestlab-probe://v1';

/** Bounds that both sides of the probe protocol keep to. */
export const LIMITS = {
  /** Bytes of a whole deep link; longer requests are fetched from a one-time URL. */
  deepLinkBytes: 2048,
  /** Bytes of a request's JSON, fetched ones included. */
  requestBytes: 262_144,
  /** Objects and lists of a request's JSON within each other. */
  requestDepth: 16,
  /** Characters of one page's chunk. */
  pageChars: 4096,
  /** Bytes of an answer's JSON. */
  answerBytes: 1_048_576,
  /** Request ids that a probe remembers, so that a link delivered twice is obeyed once. */
  rememberedIds: 64,
  /** Bytes of the nonce that a certification request carries. */
  nonceBytes: 32,
  /** Bytes of an Android attestation challenge. */
  challengeBytes: 128,
  /** Characters of a key's alias. */
  aliasChars: 64,
} as const;

/** Protocol versions that this product speaks. */
export const PROTOCOL_VERSIONS = { min: 1, max: 1 } as const;

/** Accessibility ids of the probe's three elements. */
export const ELEMENTS = {
  /** Whether the probe is idle, busy or done, and with which request. */
  state: 'attestlab.state',
  /** One page of the answer. */
  page: 'attestlab.page',
  /** Turns to the next page. */
  next: 'attestlab.next',
} as const;
