import { createHash } from 'node:crypto';
import { serializeDictionary, type InnerList } from 'structured-headers';
import { utf8 } from '../../encoding/bytes.js';
import { formatU64, type ProfileSInput } from '../formats/index.js';
import { PROFILE_R } from './profile-r.js';
import { signatureBase, type SignableMessage } from './signature-base.js';

/** What a signature of profile R covers: the same as profile S, `timestampMs` in whole seconds. */
export type ProfileRInput = ProfileSInput;

/** A signature of RFC 9421 to be made. */
export interface NewHttpSignature {
  readonly label: string;
  readonly components: readonly string[];
  readonly parameters: ReadonlyMap<string, string | number>;
}

type Headers = readonly (readonly [name: string, value: string])[];
type Sign = (signed: Uint8Array) => Uint8Array;

/** The headers that sign a request with profile R; `sign` is ES256 over the bytes, r and s of 32 bytes each. */
export function profileRHeaders(
  input: ProfileRInput,
  sign: Sign,
  changes: Partial<NewHttpSignature> = {},
): Headers {
  const digest = createHash('sha256').update(input.body).digest();
  const content: Headers = [['content-digest', serializeDictionary({ 'sha-256': digest })]];
  const type: Headers = input.contentType === '' ? [] : [['content-type', input.contentType]];
  const message = { ...input, headers: [...content, ...type] };
  const made = { ...profileRSignature(input), ...changes };
  return [...content, ...httpSignatureHeaders(message, made, sign)];
}

/** Signature-Input and Signature of one signature over a message (RFC 9421, 3.1). */
export function httpSignatureHeaders(
  message: SignableMessage,
  { label, components, parameters }: NewHttpSignature,
  sign: Sign,
): Headers {
  const items = components.map((name): InnerList[0][number] => [name, new Map<string, never>()]);
  const list: InnerList = [items, new Map<string, string | number>(parameters)];
  const signature = sign(utf8(signatureBase(message, list)));
  return [
    ['signature-input', serializeDictionary({ [label]: list })],
    ['signature', serializeDictionary({ [label]: signature })],
  ];
}

/** Label, components and parameters as profile R has them. */
export function profileRSignature(input: Omit<ProfileRInput, 'body'>): NewHttpSignature {
  return {
    label: 'sig1',
    components: [...PROFILE_R.components, ...(input.contentType === '' ? [] : ['content-type'])],
    parameters: new Map<string, string | number>([
      ['created', Number(input.timestampMs / 1000n)],
      ['keyid', input.keyId],
      ['alg', PROFILE_R.algorithm],
      ['nonce', `${formatU64(input.epoch)}:${formatU64(input.counter)}`],
      ['tag', PROFILE_R.tag],
    ]),
  };
}
