/** Process exit codes of every `attestlab` command. */
export const EXIT = {
  passed: 0,
  unexpectedVerdict: 1,
  usage: 2,
  coverage: 3,
  infrastructure: 4,
  waiver: 5,
  cancelled: 130,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

interface ErrorEntry {
  /** The room that raises it. */
  readonly room: string;
  /** Whether trying again can help; only infrastructure errors ever say so. */
  readonly retryable: boolean;
  readonly exit: ExitCode;
  /** What the user does next. */
  readonly remedy: string;
}

/**
 * Every error code of the product. Codes are API: never reused, never renamed.
 * Messages are for people and may change.
 */
export const ERRORS = {
  ERR_USAGE: { room: 'cli', retryable: false, exit: 2, remedy: 'see `attestlab help`' },
  ERR_FILE_UNREADABLE: {
    room: 'cli',
    retryable: false,
    exit: 2,
    remedy: 'check the path and its permissions',
  },
  ERR_FILE_INVALID: {
    room: 'cli',
    retryable: false,
    exit: 2,
    remedy: 'correct the named place in the file',
  },
  ERR_FILE_UNWRITABLE: {
    room: 'run',
    retryable: false,
    exit: 4,
    remedy: 'check free space and permissions of the folder',
  },
  ERR_TRUST_INVALID: {
    room: 'trust',
    retryable: false,
    exit: 2,
    remedy: 'correct the trust folder, or point at another one',
  },
  ERR_PORT_IN_USE: {
    room: 'run',
    retryable: true,
    exit: 4,
    remedy: 'stop the program that holds the port, or configure another one',
  },
  ERR_RUN_IN_PROGRESS: {
    room: 'run',
    retryable: true,
    exit: 4,
    remedy: 'wait for the other run, or give this one another reports folder',
  },
  ERR_APPIUM_UNAVAILABLE: {
    room: 'run',
    retryable: true,
    exit: 4,
    remedy: 'read appium.log in the run folder',
  },
  ERR_DEVICE_LOST: {
    room: 'probe',
    retryable: true,
    exit: 4,
    remedy: 'look at the phone, its cable and appium.log in the run folder',
  },
  ERR_PROBE_PROTOCOL: {
    room: 'probe',
    retryable: false,
    exit: 4,
    remedy: 'install a probe whose protocol version the harness speaks',
  },
  ERR_RELYING_PARTY: {
    room: 'relying-party',
    retryable: true,
    exit: 4,
    remedy: 'read the message; the relying party could not answer',
  },
  ERR_STORE_UNKNOWN: {
    room: 'relying-party',
    retryable: false,
    exit: 2,
    remedy: 'name the store as memory:, sqlite:FILE or postgres://USER@HOST/DATABASE',
  },
  ERR_STORE_UNUSABLE: {
    room: 'relying-party',
    retryable: true,
    exit: 4,
    remedy: 'read the message; check the file and its permissions, or the server',
  },
  ERR_ISSUANCE: {
    room: 'relying-party',
    retryable: true,
    exit: 4,
    remedy: 'read the message; whoever issues client certificates is out of reach or misconfigured',
  },
  ERR_TOKEN_LIBRARY: {
    room: 'relying-party',
    retryable: false,
    exit: 2,
    remedy: 'npm install node-webcrypto-p11@2.8.0 beside attestlab; it takes a C++ compiler',
  },
  ERR_TOKEN_UNUSABLE: {
    room: 'relying-party',
    // A token counts wrong PINs and locks itself.
    retryable: false,
    exit: 4,
    remedy: 'read the message; check the module, the token, the label of the key and the PIN',
  },
  ERR_INTERCEPTION: {
    room: 'interception',
    retryable: true,
    exit: 4,
    remedy: 'read the message; an interceptor could not do its part, and nothing was judged',
  },
  ERR_PHONE_LEASED: {
    room: 'farm',
    retryable: true,
    exit: 4,
    remedy: 'wait for the other run; the lease of a dead run frees itself within a minute',
  },
  ERR_PROBE_BUILD: {
    room: 'virtual-lab',
    retryable: false,
    exit: 2,
    remedy: 'see native-probes/android/README.md for what building the Kotlin probe needs',
  },
  ERR_PROBE_JVM: {
    room: 'virtual-lab',
    retryable: true,
    exit: 4,
    remedy: 'read the log that the message names; each JVM needs about 500 MiB of memory',
  },
  ERR_PROBE_IDENTITY: {
    room: 'run',
    retryable: false,
    exit: 4,
    remedy: 'install the probe that reference-values.yaml names, or correct that file',
  },
  ERR_ADAPTER: {
    room: 'corpus',
    retryable: false,
    exit: 4,
    remedy: 'read the message; `attestlab differential --conformance` tests an adapter',
  },
  ERR_CANCELLED: { room: 'run', retryable: false, exit: 130, remedy: 'start the run again' },
} as const satisfies Record<string, ErrorEntry>;

/** A code of the table above. */
export type ErrorCode = keyof typeof ERRORS;

/** The one error class: a broken run, never bad evidence. */
export class HarnessError extends Error {
  readonly code: ErrorCode;

  /** `message` names the file or thing and the place; the table adds the remedy. */
  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'HarnessError';
    this.code = code;
  }

  /** The process exit code that this error leads to. */
  get exit(): ExitCode {
    return ERRORS[this.code].exit;
  }

  /** What the user does next. */
  get remedy(): string {
    return ERRORS[this.code].remedy;
  }
}
