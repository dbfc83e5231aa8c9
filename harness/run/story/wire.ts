import { fromBase64url, toBase64url, utf8, utf8Text } from '../../encoding/bytes.js';
import type { Observation } from '../../expectation/observation.js';
import type { ControlClient } from '../control-client.js';
import type { ControlAnswer } from '../control-protocol.js';
import type { Middle, Pinning } from '../interception.js';
import type { RelyingPartyDoor } from './door.js';
import type { ProbeWords } from './probe-words.js';

/** The way between a phone and the relying party, and who stands in it. */
export interface StoryWire {
  /** Has the phone send a request straight to the relying party. */
  direct(pinning: Pinning | null): Promise<Observation>;
  /** Has the phone send a request, with somebody in the way. */
  through(middle: Middle, pinning: Pinning | null): Promise<Passage>;
}

/** What became of a request that went through somebody's hands. */
export interface Passage {
  /** How far the phone came, and the bytes that whoever was in the way decrypted. */
  readonly wire: Observation;
  /** Whether the one in the way read exactly what the phone sent. */
  readonly reading: Observation;
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
  const send = async (origin: string, pinning: Pinning | null) => {
    const { enrolUrl, anchors, interceptionAnchors, pins } = await relyingParty.describe();
    return probe.ask('request.send', {
      ...{ url: `${origin}${TARGET}`, method: 'POST', body: toBase64url(body) },
      headers: [
        // Whoever is in the way answers at another port; the request is for the relying party.
        ['host', new URL(enrolUrl).host],
        ['content-type', 'application/json'],
      ],
      anchors: [...anchors, ...interceptionAnchors],
      ...(pinning === null ? {} : { pins: [...pins[pinning]] }),
    });
  };
  return {
    async direct(pinning) {
      const sent = await send((await relyingParty.describe()).enrolUrl, pinning);
      const operation = 'request.send';
      return sent.outcome === 'answered'
        ? { kind: 'operation', operation, outcome: 'done', code: null }
        : { kind: 'operation', operation, outcome: 'refused', code: sent.phase };
    },
    async through(middle, pinning) {
      const { id, url } = await control.ask('interceptors/start', { phone, middle });
      const sent = await send(url, pinning);
      const seen = await control.ask('interceptors/finish', { phone, id });
      return {
        wire: {
          kind: 'wire',
          outcome: sent.outcome,
          phase: sent.outcome === 'answered' ? 'application' : sent.phase,
          applicationBytesSent: seen.bytesFromClient,
          applicationBytesReceived: seen.bytesToClient,
        },
        reading: readingOf(seen, body),
      };
    },
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
  const operation = 'interceptor.read';
  if (isWhole) return { kind: 'operation', operation, outcome: 'done', code: null };
  const code = plaintext.length === 0 ? 'nothing_read' : 'other_bytes_read';
  return { kind: 'operation', operation, outcome: 'refused', code };
}
