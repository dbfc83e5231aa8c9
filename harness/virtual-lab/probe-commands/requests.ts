import { toBase64url } from '../../encoding/bytes.js';
import { isP256, readP256Signature, writeP256Pair } from '../../encoding/ecdsa.js';
import { loadPublicKey } from '../../encoding/signature.js';
import { keyId, parseU64, type ProfileSInput } from '../../evidence/formats/index.js';
import { profileRHeaders, profileSHeaders } from '../../evidence/signed-request/index.js';
import type { AppContext } from '../app-program.js';
import type { ClientIdentity } from '../network/phone-network.js';
import { argumentBytes, requireKey } from './arguments.js';
import { installedChain } from './certificates.js';
import { CommandFailure, refusedAs } from './command-failure.js';
import type { Handler } from './handler.js';
import { bodyToSend, bodyToSign, pinsToCheck } from './hookable.js';
import { signWithin } from './sign-within.js';

/** Signs a request with profile S, or R. */
export const signRequest: Handler<'request.sign'> = async (args, context) => {
  const { keys, clock } = context;
  const { alias, method, authority, target, contentType } = args;
  const body = argumentBytes('body', args.body);
  const epoch = argumentU64('epoch', args.epoch);
  const counter = argumentU64('counter', args.counter);
  if ([authority, target, contentType].some((field) => field.includes('\n'))) {
    throw new CommandFailure('invalid_args', 'no field of a signed request may hold a line feed');
  }
  requireKey(keys, alias);
  if (args.profile === 'r') requireP256(keys.publicKey(alias));
  const input: ProfileSInput = {
    method,
    authority,
    target,
    contentType,
    keyId: keyId(keys.publicKey(alias)),
    epoch,
    counter,
    timestampMs: BigInt(args.timestampMs ?? clock.now().getTime()),
    body: bodyToSign(context, body),
  };
  const signDer = (message: Uint8Array) => keys.sign(alias, message);
  const headers = await refusedAs('key_use_failed', () =>
    args.profile === 'r'
      ? signWithin(asPair(signDer), (sign) => profileRHeaders(input, sign))
      : signWithin(signDer, (sign) => profileSHeaders(input, sign)),
  );
  return { headers: headers.map(([name, value]): [string, string] => [name, value]) };
};

function requireP256(spki: Uint8Array): void {
  const key = loadPublicKey(spki);
  if (key !== null && isP256(key)) return;
  throw new CommandFailure('unsupported', 'profile R is for keys on P-256');
}

// RFC 9421, 3.3.4: r and s of 32 bytes each, where a keystore writes DER.
function asPair(
  sign: (message: Uint8Array) => Promise<Uint8Array>,
): (message: Uint8Array) => Promise<Uint8Array> {
  return async (message) => writeP256Pair(readP256Signature(await sign(message)));
}

/** Sends a request over the phone's own network. */
export const sendRequest: Handler<'request.send'> = async (args, context) => {
  const begunAt = context.stopwatch.nowMs();
  if (!URL.canParse(args.url)) throw new CommandFailure('invalid_args', 'url is no URL');
  const sent = await context.network.send({
    url: args.url,
    method: args.method,
    headers: args.headers,
    body: bodyToSend(context, argumentBytes('body', args.body)),
    anchors: args.anchors.map((anchor) => argumentBytes('anchors', anchor)),
    pins: pinsToCheck(context, args.pins),
    client: args.clientAlias === undefined ? null : clientIdentity(context, args.clientAlias),
  });
  const ms = context.stopwatch.nowMs() - begunAt;
  return sent.outcome === 'failed'
    ? { ...sent, ms }
    : { ...sent, body: toBase64url(sent.body), ms };
};

function clientIdentity(context: AppContext, alias: string): ClientIdentity {
  requireKey(context.keys, alias);
  const chain = installedChain(context, alias);
  if (chain === null) {
    throw new CommandFailure('certificate_mismatch', `no certificate is installed for ${alias}`);
  }
  return { chain, key: () => context.keys.tlsKey(alias) };
}

function argumentU64(name: string, text: string): bigint {
  const value = parseU64(text);
  if (value === null) throw new CommandFailure('invalid_args', `${name} has more than 64 bits`);
  return value;
}
