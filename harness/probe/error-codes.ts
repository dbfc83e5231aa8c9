/** What a probe answers instead of a result, each with what went wrong. Codes are API. */
export const PROBE_ERRORS = {
  malformed_request: 'the request is no JSON object of this protocol',
  version_unsupported: 'no protocol version is common to both sides',
  secret_missing: 'the first request after installation was not `hello`, so nobody owns the probe',
  secret_mismatch: 'the probe belongs to the holder of another secret',
  request_unreachable: 'the one-time URL could not be read',
  unknown_command: 'the probe does not know the command',
  invalid_args: 'the arguments do not fit the command',
  busy: 'another command is still running; this one was not begun',
  unsupported: 'the platform has no such function',
  key_generation_failed: 'no rung of the ladder yielded a key; `attempts` says why',
  key_not_found: 'no key has this alias',
  key_not_exportable: 'the key does not leave its hardware',
  key_use_failed: 'the keystore refused to use the key',
  certificate_mismatch: 'the chain does not certify the key of this alias',
  app_attest_failed: 'the App Attest service refused',
  play_integrity_failed: 'the Play Integrity service refused; `publicCode` is its own number',
  answer_too_large: 'the result does not fit in an answer',
  internal: 'the probe itself failed',
} as const;

/** A code of the table above. */
export type ProbeErrorCode = keyof typeof PROBE_ERRORS;

/** Every code, for schemas. */
export const PROBE_ERROR_CODES = Object.keys(PROBE_ERRORS) as readonly ProbeErrorCode[];
