import {
  createPrivateKey,
  createPublicKey,
  randomBytes,
  randomUUID,
  sign,
  type KeyObject,
} from 'node:crypto';
import { createAttackerKey } from '../../attacks/attacker-key.js';
import { fromBase64url, toBase64url } from '../../encoding/bytes.js';
import { encodePemCertificate } from '../../encoding/pem.js';
import { buildCsr } from '../../evidence/csr/index.js';
import { HarnessError } from '../../errors.js';
import type { Observation } from '../../expectation/observation.js';
import type { SubmittedVerdict } from '../../relying-party/index.js';
import { httpsTransport } from '../../relying-party/transport.js';
import { ARRIVAL_PATH } from '../arrivals.js';
import type { Exchange } from '../control-protocol.js';
import { chainOf } from './certificate.js';
import type { RelyingPartyDoor } from './door.js';
import type { Enrolment } from './enrolment.js';

/** Somebody with the relying party's address, a certificate tool and no phone. */
export interface StoryLaptop {
  /** A challenge of the right form that no relying party has issued. */
  makeUpChallenge(): string;
  /** A verdict of Play Integrity that is none: Google's server decodes no such token. */
  makeUpVerdict(): SubmittedVerdict;
  /** A well-formed enrolment without evidence, for a key of its own or for one that it was given. */
  prepareEnrolment(about: {
    readonly subject: string;
    readonly challenge: string;
    /** PKCS#8, base64url: a key that left a phone. */
    readonly privateKey?: string;
  }): Pick<Enrolment, 'challenge' | 'csr' | 'evidence'>;
  /** Connects with a key that left a phone and the certificate that was issued for it. */
  knock(
    door: RelyingPartyDoor,
    identity: { readonly privateKey: string; readonly issued: Exchange },
  ): Promise<Observation>;
}

/** The laptop of a story. */
export function openLaptop(): StoryLaptop {
  return {
    makeUpChallenge: () => toBase64url(randomBytes(32)),
    makeUpVerdict: () => ({ kind: 'standard', token: toBase64url(randomBytes(256)) }),
    prepareEnrolment: ({ subject, challenge, privateKey }) => ({
      challenge,
      csr: laptopCsr({ subject, challenge, key: laptopKey(privateKey) }),
      evidence: null,
    }),
    async knock(door, { privateKey, issued }) {
      const { apiUrl, anchors } = await door.describe();
      const path = `${ARRIVAL_PATH}${randomUUID()}`;
      const chain = chainOf(issued).map(bytesOf);
      const send = httpsTransport({
        anchors: anchors.map(bytesOf),
        identity: {
          certificateChain: chain.map(encodePemCertificate).join(''),
          privateKey: pemOf(readKey(privateKey)),
        },
      });
      // Whether it was let in is the relying party's to say, whatever the client makes of its answer.
      await send({
        ...{ method: 'GET', url: `${apiUrl}${path}`, headers: [], body: new Uint8Array() },
      }).catch((error: unknown) => {
        if (!(error instanceof HarnessError)) throw error;
      });
      return door.arrivalOf(path);
    },
  };
}

interface LaptopKey {
  readonly spki: Uint8Array;
  readonly sign: (data: Uint8Array) => Uint8Array;
}

// A request as a script on a laptop makes it: the challenge is the right one and the signature holds.
function laptopCsr(about: {
  readonly subject: string;
  readonly challenge: string;
  readonly key: LaptopKey;
}): string {
  const { spki, sign: signed } = about.key;
  const nonce = fromBase64url(about.challenge);
  const csr = buildCsr({
    ...{ commonName: about.subject, spki, sign: signed },
    ...(nonce === null ? {} : { nonce }),
  });
  return toBase64url(csr);
}

function laptopKey(privateKey: string | undefined): LaptopKey {
  if (privateKey === undefined) {
    const key = createAttackerKey();
    return { spki: key.spki, sign: (data) => key.sign(data) };
  }
  const key = readKey(privateKey);
  return {
    spki: new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' })),
    sign: (data) => new Uint8Array(sign('sha256', data, key)),
  };
}

function readKey(privateKey: string): KeyObject {
  const der = Buffer.from(bytesOf(privateKey));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function bytesOf(text: string): Uint8Array {
  const bytes = fromBase64url(text);
  if (bytes === null) throw new HarnessError('ERR_PROBE_PROTOCOL', 'bytes are not base64url');
  return bytes;
}
