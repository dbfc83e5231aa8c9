import { randomUUID } from 'node:crypto';
import { fromBase64url, toBase64url, utf8, utf8Text } from '../../encoding/bytes.js';
import type { Observation } from '../../expectation/observation.js';
import type { CommandResult } from '../../probe/index.js';
import { ARRIVAL_PATH } from '../arrivals.js';
import type { ControlClient } from '../control-client.js';
import type { ControlAnswer } from '../control-protocol.js';
import type { Middle, Pinning } from '../interception.js';
import { REWRITTEN_STATUS } from '../stage-words.js';
import type { RelyingPartyDoor } from './door.js';
import type { ProbeWords } from './probe-words.js';
import { sendTo } from './reach.js';

/** The way between a phone and the relying party, and who stands in it. */
export interface StoryWire {
  /** Has the phone send a request straight to the relying party. */
  direct(pinning: Pinning | null): Promise<Observation>;
  /** Has the phone send a request, with somebody in the way. */
  through(middle: Middle, pinning: Pinning | null): Promise<Passage>;
  /** Has the phone send a request through the proxy of its settings, which reads it and answers itself. */
  byProxy(pinning: Pinning | null): Promise<Passage>;
  /**
   * Has the phone authenticate itself to somebody in the way, who asks for its certificate as the
   * relying party does, and goes on to the relying party with what he got.
   */
  authenticatingTo(
    middle: Middle,
    as: { readonly alias: string; readonly pinning: Pinning | null },
  ): Promise<CertificatePassage>;
}

/** What became of a request that went through somebody's hands. */
export interface Passage {
  /** How far the phone came, and the bytes that whoever was in the way decrypted. */
  readonly wire: Observation;
  /** Whether the one in the way read exactly what the phone sent. */
  readonly reading: Observation;
}

/** What became of a client certificate that was shown to somebody in the way. */
export interface CertificatePassage {
  readonly wire: Observation;
  /** Whether he saw the certificate; its key stays where it is. */
  readonly certificate: Observation;
  /** Whether the relying party let him in with it. */
  readonly connection: Observation;
}

const TARGET = '/v1/challenges';

/** The wire of one phone's story; what is sent is a request that anybody may make. */
export function openWire(parts: {
  readonly probe: ProbeWords;
  readonly control: ControlClient;
  readonly phone: string;
  readonly subject: string;
  readonly relyingParty: RelyingPartyDoor;
}): StoryWire {
  const { probe, control, phone, relyingParty } = parts;
  const body = utf8(JSON.stringify({ subject: parts.subject, purpose: 'tls' }));
  const way: Way = { probe, control, phone, relyingParty, body };
  return {
    async direct(pinning) {
      const sent = await send(way, (await relyingParty.describe()).enrolUrl, { pinning });
      const operation = 'request.send';
      return sent.outcome === 'answered'
        ? { kind: 'operation', operation, outcome: 'done', code: null }
        : { kind: 'operation', operation, outcome: 'refused', code: sent.phase };
    },
    async through(middle, pinning) {
      const order = { middle, before: 'enrolment', clientCertificate: 'not-asked' } as const;
      const { id, url } = await control.ask('interceptors/start', { phone, ...order });
      const sent = await send(way, url, { pinning });
      const seen = await control.ask('interceptors/finish', { phone, id });
      return { wire: wireOf(sent, seen), reading: readingOf(seen, body) };
    },
    byProxy: (pinning) => sendByProxy(way, pinning),
    authenticatingTo: (middle, as) => authenticateTo(way, middle, as),
  };
}

/** What every passage takes. */
interface Way {
  readonly probe: ProbeWords;
  readonly control: ControlClient;
  readonly phone: string;
  readonly relyingParty: RelyingPartyDoor;
  /** What is sent. */
  readonly body: Uint8Array;
}

async function send({ probe, relyingParty, body }: Way, origin: string, wish: SendWish) {
  const { enrolUrl, anchors, interceptionAnchors, pins } = await relyingParty.describe();
  const { pinning, furtherAnchors = [], alias, path = TARGET } = wish;
  return sendTo(probe, {
    ...{ url: `${origin}${path}`, method: 'POST', body: toBase64url(body) },
    headers: [
      // Whoever is in the way answers at another port; the request is for the relying party.
      ['host', wish.host ?? new URL(enrolUrl).host],
      ['content-type', 'application/json'],
    ],
    anchors: [...anchors, ...interceptionAnchors, ...furtherAnchors],
    // An app without pins compares nothing.
    ...(pinning === null || pins[pinning].length === 0 ? {} : { pins: [...pins[pinning]] }),
    ...(alias === undefined ? {} : { clientAlias: alias }),
  });
}

async function sendByProxy(way: Way, pinning: Pinning | null): Promise<Passage> {
  const { control, phone, relyingParty, body } = way;
  const { id, address, anchor } = await control.ask('proxies/start', { phone });
  await control.ask('phones/pull-lever', { phone, lever: { kind: 'proxy', address } });
  const { enrolUrl } = await relyingParty.describe();
  const sent = await send(way, enrolUrl, { pinning, furtherAnchors: [anchor] });
  const read = await control.ask('proxies/finish', { phone, id, body: toBase64url(body) });
  const rewritten = sent.outcome === 'answered' && sent.status === REWRITTEN_STATUS;
  return {
    wire: wireOf(sent, {
      bytesFromClient: read.bodyBytes,
      bytesToClient: rewritten ? (fromBase64url(sent.body)?.length ?? 0) : 0,
    }),
    reading: readOperation(read.matching === 1, read.bodyBytes),
  };
}

async function authenticateTo(
  way: Way,
  middle: Middle,
  { alias, pinning }: { readonly alias: string; readonly pinning: Pinning | null },
): Promise<CertificatePassage> {
  const { control, phone, relyingParty } = way;
  const order = { middle, before: 'api', clientCertificate: 'asked' } as const;
  const { id, url } = await control.ask('interceptors/start', { phone, ...order });
  const path = `${ARRIVAL_PATH}${randomUUID()}`;
  const { host } = new URL((await relyingParty.describe()).apiUrl);
  const sent = await send(way, url, { pinning, alias, path, host });
  const seen = await control.ask('interceptors/finish', { phone, id });
  const operation = 'interceptor.see-certificate';
  return {
    wire: wireOf(sent, seen),
    certificate:
      seen.clientCertificate === 'shown'
        ? { kind: 'operation', operation, outcome: 'done', code: null }
        : { kind: 'operation', operation, outcome: 'refused', code: seen.clientCertificate },
    connection: await relyingParty.arrivalOf(path),
  };
}

interface SendWish {
  readonly pinning: Pinning | null;
  /** base64url of authorities that the phone trusts beside those of every story. */
  readonly furtherAnchors?: readonly string[];
  /** The key that authenticates the phone. */
  readonly alias?: string;
  readonly path?: string;
  readonly host?: string;
}

function wireOf(
  sent: CommandResult<'request.send'>,
  seen: Pick<ControlAnswer<'interceptors/finish'>, 'bytesFromClient' | 'bytesToClient'>,
): Observation {
  return {
    kind: 'wire',
    outcome: sent.outcome,
    phase: sent.outcome === 'answered' ? 'application' : sent.phase,
    applicationBytesSent: seen.bytesFromClient,
    applicationBytesReceived: seen.bytesToClient,
  };
}

// To the byte: the count is that of what was kept, and what was kept is one request with this body.
function readingOf(seen: ControlAnswer<'interceptors/finish'>, body: Uint8Array): Observation {
  const plaintext = fromBase64url(seen.plaintext) ?? new Uint8Array();
  const text = utf8Text(plaintext) ?? '';
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const isWhole =
    plaintext.length === seen.bytesFromClient &&
    head.startsWith(`POST ${TARGET} HTTP/1.1\r\n`) &&
    rest.join('\r\n\r\n') === utf8Text(body);
  return readOperation(isWhole, plaintext.length);
}

function readOperation(isWhole: boolean, bytesRead: number): Observation {
  const operation = 'interceptor.read';
  if (isWhole) return { kind: 'operation', operation, outcome: 'done', code: null };
  const code = bytesRead === 0 ? 'nothing_read' : 'other_bytes_read';
  return { kind: 'operation', operation, outcome: 'refused', code };
}
