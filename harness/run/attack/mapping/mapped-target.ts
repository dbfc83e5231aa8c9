import { toBase64 } from '../../../encoding/bytes.js';
import { encodePemCertificate } from '../../../encoding/pem.js';
import { HarnessError } from '../../../errors.js';
import { parseCsr } from '../../../evidence/csr/index.js';
import type { TransportResponse } from '../../../relying-party/index.js';
import { Inexpressible } from '../inexpressible.js';
import type { MintedKey } from '../minting-phones.js';
import {
  acceptedOf,
  type Answered,
  type Occasion,
  type OpenChallenge,
  type RegisteredSigner,
  type Session,
  type Submission,
  type Target,
} from '../target.js';
import { digestOf, sha256 } from './digest.js';
import type { Mapping } from './load-mapping.js';
import { mappedRequests } from './mapped-requests.js';
import type { NamedValue } from './named-values.js';
import { bytesIn, certificatesIn, textIn } from './read-answer.js';
import { renderRequest } from './render-request.js';
import type { MappedRequest, MappedSubmission, Source } from './schema.js';
import { namesIn } from './template.js';
import { sendOver, wireTo, type Wire, type WireOptions } from './wire.js';

/** What a mapped target is told of. */
export interface MappedTargetOptions extends WireOptions {
  readonly mapping: Mapping;
  /** What `{rpId}` stands for. */
  readonly rpId: string;
}

const PURPOSES: Readonly<Record<Occasion, string>> = {
  enrolment: 'tls',
  signingKey: 'sign',
  renewal: 'tls',
};

/** A backend that is spoken to as a mapping says. */
export function mappedTarget(options: MappedTargetOptions): Target {
  const { mapping, rpId } = options;
  const wire = wireTo(options);
  return {
    takes: (occasion, format) => mapping[occasion]?.submit[format] !== undefined,
    asksAlike: (one, other) => askedFor(mapping, one) === askedFor(mapping, other),
    bindsPurpose(one, other, format) {
      const digest = mapping.binding[format === 'android-key' ? format : 'app-attest'];
      const named = namesIn(digest?.bytes ?? digest?.sha256 ?? '');
      return named.includes('purpose') && purposeOf(mapping, one) !== purposeOf(mapping, other);
    },
    requests: (kind) => mappedRequests(kind, { mapping, wire, rpId }),
    async open(occasion, format, session) {
      const submission = mapping[occasion];
      const request = submission?.submit[format];
      if (submission === undefined || request === undefined) {
        throw new Error(`the target takes no ${format} for ${occasion}`);
      }
      const subject = session?.subject ?? newSubject();
      const presenter = { occasion, submission, request, session, subject };
      const speaker = new MappedChallenge({ mapping, wire, rpId }, presenter);
      return speaker.asked();
    },
  };
}

function purposeOf(mapping: Mapping, occasion: Occasion): string {
  return mapping[occasion]?.purpose ?? PURPOSES[occasion];
}

// Words that differ, or the same words with another purpose in them.
function askedFor(mapping: Mapping, occasion: Occasion): string {
  const { method, path, headers, body } = mapping[occasion]?.challenge ?? {};
  const text = JSON.stringify([method, path, headers, body]);
  return text.includes('{purpose}') ? `${text} ${purposeOf(mapping, occasion)}` : text;
}

let subjects = 0;

// The same for no two processes, since a target may take a name only once.
function newSubject(): string {
  return `attack-${Date.now().toString(36)}-${process.pid.toString(36)}-${(++subjects).toString(36)}`;
}

interface Speaking {
  readonly mapping: Mapping;
  readonly wire: Wire;
  readonly rpId: string;
}

interface Presenter {
  readonly occasion: Occasion;
  readonly submission: MappedSubmission;
  readonly request: MappedRequest;
  readonly session: Session | null;
  readonly subject: string;
}

interface Answerable {
  readonly nonce: Uint8Array;
  readonly kept: ReadonlyMap<string, string>;
}

class MappedChallenge {
  readonly #speaking: Speaking;
  readonly #presenter: Presenter;

  constructor(speaking: Speaking, presenter: Presenter) {
    this.#speaking = speaking;
    this.#presenter = presenter;
  }

  async asked(): Promise<OpenChallenge> {
    const { encoding } = this.#speaking.mapping;
    const { challenge } = this.#presenter.submission;
    const rendered = renderRequest(challenge, this.#values(new Map()), encoding);
    const response = acceptedOf(await this.#send(rendered));
    return this.#open({
      nonce: bytesIn(response, challenge.answer.challenge, encoding),
      kept: keptOf(response, challenge.answer.keep),
    });
  }

  #open(challenge: Answerable): OpenChallenge {
    const { encoding } = this.#speaking.mapping;
    const { request, occasion } = this.#presenter;
    const rendered = (submission: Submission) =>
      renderRequest(request, this.#submitted(challenge, submission), encoding);
    const bindingOf = (at: Occasion, evidence: 'android-key' | 'app-attest', csr?: Uint8Array) =>
      this.#binding(at, { evidence, challenge, csr });
    return {
      ...challenge,
      binding: (evidence, csr) => bindingOf(occasion, evidence, csr),
      bindingOf,
      submit: (sent, genuine) => {
        const request = rendered(sent);
        if (genuine !== null && genuine !== sent && isSame(request, rendered(genuine))) {
          throw new Inexpressible('the target takes nothing of what it spoils');
        }
        return this.#send(request);
      },
      answering: ({ nonce, kept }) => this.#open({ nonce, kept }),
      sessionOf: (key, answer) => this.#sessionOf(key, { answer, challenge }),
      signerOf: (key, answer) => this.#signerOf(key, { answer, challenge }),
    };
  }

  #send(request: ReturnType<typeof renderRequest>): Promise<Answered> {
    const { wire } = this.#speaking;
    const { session, occasion } = this.#presenter;
    const origin = occasion === 'enrolment' ? wire.enrolUrl : wire.apiUrl;
    const { path, ...rest } = request;
    return sendOver(wire, session?.identity ?? null, { ...rest, url: `${origin}${path}` });
  }

  #values(kept: ReadonlyMap<string, string>, at?: Occasion): Map<string, NamedValue> {
    const { subject, occasion, session } = this.#presenter;
    const purpose = purposeOf(this.#speaking.mapping, at ?? occasion);
    return new Map<string, NamedValue>([
      ...(session?.kept ?? []),
      ...kept,
      ...Object.entries({ rpId: this.#speaking.rpId, subject, purpose }),
    ]);
  }

  #submitted({ nonce, kept }: Answerable, { key, csr, evidence }: Submission) {
    const parsed = parseCsr(csr).parsed;
    const publicKey = parsed.ok ? parsed.value.spki : key.spki;
    const values = this.#values(kept);
    const stated = {
      ...{ challenge: nonce, csr, csrSha256: sha256(csr), publicKey, keyId: sha256(publicKey) },
      ...evidenceValues(evidence),
    };
    for (const [name, value] of Object.entries<NamedValue>(stated)) values.set(name, value);
    return values;
  }

  #binding(
    at: Occasion,
    bound: {
      readonly evidence: 'android-key' | 'app-attest';
      readonly challenge: Answerable;
      readonly csr: Uint8Array | undefined;
    },
  ): Uint8Array {
    const { evidence, challenge, csr } = bound;
    const digest = this.#speaking.mapping.binding[evidence];
    if (digest === undefined) throw new Error(`a mapping was let through without ${evidence}`);
    const values = this.#values(challenge.kept, at);
    values.set('challenge', challenge.nonce);
    if (csr !== undefined) {
      const parsed = parseCsr(csr).parsed;
      values.set('csr', csr).set('csrSha256', sha256(csr));
      if (parsed.ok) values.set('publicKey', parsed.value.spki);
    }
    return digestOf(digest, values);
  }

  #sessionOf(
    key: MintedKey,
    { answer, challenge }: { readonly answer: Answered; readonly challenge: Answerable },
  ): Session {
    const { submission, subject, session } = this.#presenter;
    const response = acceptedOf(answer);
    const { certificates, keep } = submission.answer;
    const chain =
      certificates === undefined
        ? null
        : certificatesIn(response, certificates, this.#speaking.mapping.encoding);
    return {
      ...{ subject, key },
      identity:
        chain === null
          ? (session?.identity ?? null)
          : {
              certificateChain: chain.map(encodePemCertificate).join(''),
              privateKey: key.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
            },
      kept: new Map([...(session?.kept ?? []), ...challenge.kept, ...keptOf(response, keep)]),
    };
  }

  #signerOf(
    key: MintedKey,
    { answer, challenge }: { readonly answer: Answered; readonly challenge: Answerable },
  ): RegisteredSigner {
    const response = acceptedOf(answer);
    const { keyId, epoch, keep } = this.#presenter.submission.answer;
    const named =
      keyId === undefined ? null : bytesIn(response, keyId, this.#speaking.mapping.encoding);
    return {
      key,
      keyId: named ?? sha256(key.spki),
      epoch: epoch === undefined ? 1n : wholeNumber(textIn(response, epoch)),
      kept: new Map([...challenge.kept, ...keptOf(response, keep)]),
    };
  }
}

function evidenceValues(evidence: Submission['evidence']): Readonly<Record<string, NamedValue>> {
  switch (evidence?.format) {
    case 'android-key':
      return { certificates: evidence.certificates };
    case 'app-attest-attestation':
      return { attestationObject: evidence.object, appAttestKeyId: evidence.keyId };
    case 'app-attest-assertion':
      return { assertion: evidence.assertion, appAttestKeyId: evidence.keyId };
    case undefined:
      return {};
  }
}

function keptOf(
  response: TransportResponse,
  keep: Readonly<Record<string, Source>>,
): ReadonlyMap<string, string> {
  return new Map(Object.entries(keep).map(([name, source]) => [name, textIn(response, source)]));
}

function isSame(
  one: ReturnType<typeof renderRequest>,
  other: ReturnType<typeof renderRequest>,
): boolean {
  return told(one) === told(other);
}

function told({ path, headers, body }: ReturnType<typeof renderRequest>): string {
  return JSON.stringify([path, headers, toBase64(body)]);
}

function wholeNumber(text: string): bigint {
  if (/^\d{1,20}$/.test(text)) return BigInt(text);
  const message = `an accepted answer: the epoch is no number: ${text}`;
  throw new HarnessError('ERR_RELYING_PARTY', message);
}
