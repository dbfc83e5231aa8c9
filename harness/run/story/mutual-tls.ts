import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { utf8Text } from '../../encoding/bytes.js';
import { HarnessError } from '../../errors.js';
import { checkResultSchema, type Observation } from '../../expectation/observation.js';
import { createRelyingPartyClient } from '../../relying-party/client.js';
import type { Transport, TransportResponse } from '../../relying-party/transport.js';
import { ARRIVAL_PATH } from '../arrivals.js';
import type { CertificateFault } from '../client-certificates.js';
import type { ControlClient } from '../control-client.js';
import type { Exchange } from '../control-protocol.js';
import { exchangeOf } from '../exchange.js';
import type { RelyingPartyDoor } from './door.js';
import { LADDERS } from './keys.js';
import type { ProbeWords } from './probe-words.js';
import { phoneTransport } from './phone-transport.js';
import { sendTo } from './reach.js';

/** The phone's connections to the relying party's listener that demands client certificates. */
export interface StoryMutualTls {
  /**
   * Makes a key and installs a certificate for it that has this fault. A key for SHA-256 alone is the
   * one of which many articles tell. Answers the key's alias.
   */
  installCertificate(
    fault: CertificateFault,
    digests?: 'none-and-sha256' | 'sha256-only',
  ): Promise<string>;
  /**
   * Connects, with the installed certificate or without any, and asks the relying party whether it
   * read a request. In TLS 1.3 a client is refused after it believes to be connected, so that only
   * the server knows.
   */
  knock(as: 'certified' | 'nobody'): Promise<Observation>;
  /** Asks the lab's relying party why it lets the phone connect or not, with the same certificate. */
  explain(as: 'certified' | 'nobody'): Promise<Exchange>;
  /** Asks, without a certificate, for something that every registration may have. */
  askWithoutCertificate(door: RelyingPartyDoor): Promise<Exchange>;
}

/** Mutual TLS of one phone's story. */
export function openMutualTls(parts: {
  readonly probe: ProbeWords;
  readonly control: ControlClient;
  readonly phone: string;
  readonly alias: string;
  readonly relyingParty: RelyingPartyDoor;
}): StoryMutualTls {
  const { probe, control, phone, alias, relyingParty } = parts;
  const transportAs = (as: 'certified' | 'nobody', anchors: readonly string[]): Transport =>
    phoneTransport(probe, { anchors, ...(as === 'certified' ? { clientAlias: alias } : {}) });
  return {
    async installCertificate(fault, digests = 'none-and-sha256') {
      const { spki } = await probe.ask('key.generate', {
        ...{ alias, algorithm: 'ec-p256', purpose: 'tls' },
        ladder: [...LADDERS[probe.platform]],
        digests: digests === 'sha256-only' ? ['sha256'] : ['none', 'sha256'],
      });
      const request = { phone, spki, fault };
      const { chain } = await control.ask('client-certificates/issue', request);
      await probe.ask('certificate.install', { alias, chain: [...chain] });
      return alias;
    },
    async knock(as) {
      const { apiUrl, anchors } = await relyingParty.describe();
      const path = `${ARRIVAL_PATH}${randomUUID()}`;
      await sendTo(probe, {
        ...{ url: `${apiUrl}${path}`, method: 'GET', headers: [], body: '' },
        anchors: [...anchors],
        ...(as === 'certified' ? { clientAlias: alias } : {}),
      });
      return relyingParty.arrivalOf(path);
    },
    async explain(as) {
      const { diagnosticsUrl, anchors } = await relyingParty.describe();
      if (diagnosticsUrl === null) {
        throw new HarnessError('ERR_RELYING_PARTY', 'nobody explains what it refuses');
      }
      const asked = { method: 'GET', headers: [], body: new Uint8Array() };
      const response = await transportAs(as, anchors)({ ...asked, url: `${diagnosticsUrl}/` });
      return explanationOf(response);
    },
    async askWithoutCertificate(door) {
      const { apiUrl: url, anchors } = await door.describe();
      const transport = transportAs('nobody', anchors);
      return exchangeOf(await createRelyingPartyClient({ url, transport }).requestSignChallenge());
    },
  };
}

const explanationSchema = z.looseObject({
  code: z.string().nullable().default(null),
  checks: z.array(checkResultSchema),
});

// It is a problem with members that no client of the relying party needs.
function explanationOf({ status, body }: TransportResponse): Exchange {
  const told = explanationSchema.safeParse(JSON.parse(utf8Text(body) ?? 'null'));
  if (told.success) {
    const { code, checks } = told.data;
    return { status, code, checks, body: told.data };
  }
  throw new HarnessError('ERR_RELYING_PARTY', `an answer with status ${status} explains nothing`);
}
