import { pino, type Logger } from 'pino';
import type { ExchangeEvent, RelyingPartyEvents } from './events.js';

/** Names of what no line may ever hold, wherever somebody puts it; a second lock, as none is written. */
const SECRETS = [
  ...['authorization', 'body', 'challenge', 'cookie', 'csr', 'evidence', 'nonce'],
  ...['privateKey', 'signature', 'token'],
];

/** A path is the client's to choose; the log is not his to fill. */
const LONGEST_PATH = 200;

/** Where structured lines go, one JSON object each. */
export interface LogTarget {
  write(line: string): void;
}

/** Tells of a relying party in structured lines, without bodies, challenges, tokens or keys. */
export function loggingEvents(target: LogTarget): RelyingPartyEvents & { readonly log: Logger } {
  const log = pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
    },
    target,
  );
  return {
    log,
    onExchange: (event) => {
      log[event.code === null ? 'info' : 'warn'](lineOf(event), 'answered');
    },
    onRefusedConnection: ({ listener, code, message }) => {
      log.warn({ listener, code, reason: message }, 'connection refused');
    },
    onReceiptRefreshed: ({ appAttestKeyId, registrationId, accepted, riskMetric }) => {
      const told = { appAttestKeyId, registrationId, accepted, riskMetric };
      log[accepted ? 'info' : 'warn'](told, 'receipt refreshed');
    },
    onFault: (error) => {
      log.error({ err: error instanceof Error ? error : new Error(String(error)) }, 'fault');
    },
  };
}

function lineOf(event: ExchangeEvent): Readonly<Record<string, unknown>> {
  const { exchangeId, listener, method, status, code, subject, keyId, checks } = event;
  const path = event.path.slice(0, LONGEST_PATH);
  const failed = checks.filter((check) => check.status === 'failed').map(({ id }) => id);
  return {
    ...{ exchangeId, listener, method, path, status, code, subject, keyId },
    ...(code === null ? {} : { failed }),
    durationMs: Math.round(event.durationMs),
  };
}
