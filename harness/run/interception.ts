import { parseCertificate } from '../encoding/certificate.js';
import { HarnessError } from '../errors.js';
import {
  createInterceptionAuthority,
  startTlsInterceptor,
  type InterceptedConnection,
  type Presented,
  type TlsInterceptor,
} from '../interception/index.js';
import { pinOf, type LabPki } from '../relying-party/index.js';
import { LeftOpen } from './left-open.js';
import type { Middle, Pinning } from './stage-words.js';

export type { Middle, Pinning } from './stage-words.js';

/** Everything that decides how an interception goes; a sabotage changes it as a whole. */
export interface InterceptionSetup {
  /** What phones trust beside the relying party's own authority, DER. */
  readonly trusted: readonly Uint8Array[];
  readonly pins: Readonly<Record<Pinning, readonly string[]>>;
  readonly presents: Readonly<Record<Middle, Presented>>;
  /** What the relying party itself shows, before it changes its key. */
  readonly serverShows: Presented;
}

/** What is put in the way, and of what. */
export interface InterceptionOrder {
  readonly middle: Middle;
  /** The listener without client certificates, or the one that demands them. */
  readonly before: 'enrolment' | 'api';
  /** Whether the client is asked for a certificate. */
  readonly clientCertificate: 'asked' | 'not-asked';
}

/** The interceptors of one run. */
export interface Interceptors {
  readonly setup: InterceptionSetup;
  /** Puts one in front of a listener of the reference relying party. */
  start(
    phone: string,
    order: InterceptionOrder,
  ): Promise<{ readonly id: string; readonly url: string }>;
  /** Ends it; answers the one connection that it was started for. */
  finish(id: string): Promise<InterceptedConnection>;
  /** Ends what a phone's story has left open. */
  abandon(phone: string): Promise<void>;
  close(): Promise<void>;
}

/** A connection that the phone knows to be over is over here soon, or something is wrong. */
const END_TIMEOUT_MS = 5_000;

/** Authorities, pins and keys of a run's interceptions, made in memory. */
export function interceptionSetup(pki: LabPki, now: Date): InterceptionSetup {
  const authority = (commonName: string) => createInterceptionAuthority({ commonName, now });
  const trusted = authority('attestlab lab interception');
  const { server, backup, serverAnchor } = pki;
  return {
    trusted: [trusted.certificate],
    pins: {
      leaf: [server.pin],
      authority: [pinOfCertificate(serverAnchor)],
      'leaf-and-backup': [server.pin, backup.pin],
    },
    presents: {
      'trusted-interceptor': { kind: 'minted', authority: trusted },
      'untrusted-interceptor': { kind: 'minted', authority: authority('attestlab stranger') },
      'interceptor-for-another-name': {
        ...{ kind: 'minted', authority: trusted },
        forName: 'elsewhere.attestlab.example',
      },
      'rotated-server': { kind: 'given', credentials: backup },
    },
    serverShows: { kind: 'given', credentials: server },
  };
}

/** The pin of a certificate's key. */
export function pinOfCertificate(der: Uint8Array): string {
  const parsed = parseCertificate(der);
  if (!parsed.ok) throw new Error(`a certificate of the run: ${parsed.malformation.message}`);
  return pinOf(parsed.value.spki);
}

/** Prepares interceptions in front of a relying party; none listens before a story asks for it. */
export function createInterceptors(parts: {
  readonly setup: InterceptionSetup;
  /** Origins of the listeners. */
  readonly urls: Readonly<Record<InterceptionOrder['before'], string>>;
  readonly anchors: readonly Uint8Array[];
}): Interceptors {
  const { setup, anchors } = parts;
  const running = new LeftOpen<TlsInterceptor>('interceptor');
  return {
    setup,
    async start(phone, { middle, before, clientCertificate }) {
      const { hostname, port } = new URL(parts.urls[before]);
      const interceptor = await startTlsInterceptor({
        interception: {
          kind: 'terminate',
          presents: setup.presents[middle],
          clientCertificate,
          upstream: { host: hostname, port: Number(port), anchors },
        },
      });
      const id = running.add(phone, interceptor);
      return { id, url: `https://${hostname}:${interceptor.port}` };
    },
    async finish(id) {
      const interceptor = running.take(id);
      try {
        await interceptor.waitForEnded(1, { timeoutMs: END_TIMEOUT_MS });
      } finally {
        await interceptor.close();
      }
      return soleConnection(interceptor);
    },
    abandon: (phone) => running.abandon(phone),
    close: () => running.close(),
  };
}

function soleConnection(interceptor: TlsInterceptor): InterceptedConnection {
  const [connection, ...more] = interceptor.connections();
  if (connection === undefined || more.length > 0) {
    const count = interceptor.connections().length;
    throw new HarnessError('ERR_INTERCEPTION', `${count} connections came where one was awaited`);
  }
  // Nothing was judged by a server that was not there: this must not look like a refusal.
  if (connection.upstream === 'unreachable') {
    const code = connection.errorCode ?? 'no code';
    throw new HarnessError('ERR_INTERCEPTION', `the relying party could not be reached: ${code}`);
  }
  return connection;
}
