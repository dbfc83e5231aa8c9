import { once } from 'node:events';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { EXIT, HarnessError } from '../errors.js';
import { loadLab, type Lab } from '../farm/lab.js';
import type { TlsVersions } from '../relying-party/index.js';
import { labPolicy } from '../run/lab-policy.js';
import { loadPolicy } from '../run/load-policy.js';
import { anchorNames, serveLab, type ServedLab } from '../run/serve.js';
import type { RevocationSnapshot } from '../trust/index.js';
import { shippedLab } from './shipped-lab.js';
import type { Terminal } from './terminal.js';

/** The options of `attestlab serve`, as the command line gives them. */
export interface ServeCommandOptions {
  readonly lab?: string;
  readonly home?: string;
  readonly policy?: string;
  readonly trust?: string;
  readonly store?: string;
  readonly enrolmentKey?: string;
  readonly address: string;
  readonly publicHost: string;
  readonly enrolmentPort?: number;
  readonly apiPort?: number;
  readonly adminAddress: string;
  readonly adminPort?: number;
  readonly diagnosticsPort?: number;
  readonly tls: TlsVersions;
  readonly counters: 'strict' | 'window' | 'nonce';
}

/** Where a token's PIN is, which the command line never has: every user may read that. */
const TOKEN_PIN = 'ATTESTLAB_TOKEN_PIN';

/** Counters of a window, as RFC 4303 has it by default. */
const WINDOW = 64;

/** Serves a lab until a signal comes. */
export async function serve(options: ServeCommandOptions, terminal: Terminal): Promise<number> {
  const stop = listenForStop();
  try {
    if (options.diagnosticsPort !== undefined && options.lab === undefined) {
      throw new HarnessError(
        'ERR_USAGE',
        '--diagnostics-port: handshakes are explained in a lab only; name yours with --lab',
      );
    }
    const loaded = loadLab(options.lab ?? shippedLab);
    const policy = options.policy === undefined ? loaded.policy : asked(options.policy);
    const lab: Lab = { ...loaded, policy };
    const { store, address, publicHost, trust, enrolmentPort, apiPort, tls: tlsVersions } = options;
    const { diagnosticsPort, enrolmentKey: uri } = options;
    const served = await serveLab({
      ...{ lab, address, publicHost, tlsVersions },
      ...(store === undefined ? {} : { store }),
      ...(uri === undefined ? {} : { enrolmentKey: { uri, pin: process.env[TOKEN_PIN] } }),
      counterMode: options.counters === 'window' ? { window: WINDOW } : options.counters,
      policy: labPolicy(lab),
      ...(trust === undefined ? {} : { trust }),
      home: options.home ?? stateFolder(lab.name),
      ports: {
        enrolment: enrolmentPort ?? lab.ports.enrolment,
        api: apiPort ?? lab.ports.api,
      },
      ...(diagnosticsPort === undefined ? {} : { diagnosticsPort }),
      admin: { address: options.adminAddress, port: options.adminPort ?? 0 },
      log: {
        write: (line) => {
          terminal.out(line);
        },
      },
    });
    terminal.err(announcement(lab, served, new Date()));
    if (!stop.signal.aborted) await once(stop.signal, 'abort');
    await served.close();
    return EXIT.passed;
  } finally {
    stop.forget();
  }
}

function announcement(lab: Lab, served: ServedLab, now: Date): string {
  const { relyingParty, serverAnchorFile, adminTokenFile, trust, receiptSource, gaps } = served;
  const { android, appAttest, receipts } = anchorNames(trust);
  const listed = (names: readonly string[]) => (names.length === 0 ? 'nobody' : names.join(', '));
  return [
    `relying party of lab ${lab.name}: ${lab.referenceValues.relyingParty.rpId}`,
    `  enrolment  ${relyingParty.enrolUrl}`,
    `  api        ${relyingParty.apiUrl} (mutual TLS)`,
    `  admin      ${relyingParty.adminUrl ?? 'none'}, token in ${adminTokenFile}`,
    ...(relyingParty.diagnosticsUrl === null
      ? []
      : [`  explains   ${relyingParty.diagnosticsUrl} (any client certificate or none)`]),
    `  to trust   ${serverAnchorFile}`,
    'trusts for evidence',
    `  Android    ${listed(android)}; ${describeList(trust.revocation, now)}`,
    `  App Attest ${listed(appAttest)}; receipts by ${listed(receipts)}`,
    ...(receiptSource === null ? [] : [`  refreshes receipts of App Attest by ${receiptSource}`]),
    ...gaps.map(({ phones, reason }) => `WARNING: no ${phones} can enrol: ${reason}`),
    'SIGINT or SIGTERM ends it',
    '',
  ].join('\n');
}

const HOUR_MS = 3_600_000;

function describeList(list: RevocationSnapshot | null, now: Date): string {
  if (list === null) return 'no status list';
  if (!list.usable) return 'an unusable status list';
  const { takenAtMs, entries } = list;
  const age =
    takenAtMs === null
      ? 'of unknown age'
      : `of ${Math.round((now.getTime() - takenAtMs) / HOUR_MS)} hours ago`;
  return `a status list ${age} with ${entries.size} entries`;
}

// A file of a policy is the caller's, and so relative to where he stands.
function asked(policy: string): string {
  loadPolicy(policy, { by: '--policy', code: 'ERR_USAGE' });
  return policy.endsWith('.yaml') ? resolve(policy) : policy;
}

/** Where the keys of a lab's relying party are kept. */
export function stateFolder(lab: string): string {
  const state = process.env['XDG_STATE_HOME'];
  const base = state === undefined || state === '' ? join(homedir(), '.local', 'state') : state;
  return join(base, 'attestlab', 'relying-party', lab);
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

interface Stop {
  readonly signal: AbortSignal;
  forget(): void;
}

function listenForStop(): Stop {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
  };
  for (const name of SIGNALS) process.once(name, stop);
  return {
    signal: controller.signal,
    forget: () => {
      for (const name of SIGNALS) process.removeListener(name, stop);
    },
  };
}
