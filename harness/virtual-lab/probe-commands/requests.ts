import { toBase64url } from '../../encoding/bytes.js';
import { keyId, parseU64, type ProfileSInput } from '../../evidence/formats/index.js';
import { profileSHeaders } from '../../evidence/signed-request/index.js';
import type { AppContext } from '../app-program.js';
import type { ClientIdentity } from '../network/phone-network.js';
import { argumentBytes, requireKey } from './arguments.js';
import { installedChain } from './certificates.js';
import { CommandFailure, refusedAs } from './command-failure.js';
import type { Handler } from './handler.js';
import { bodyToSend, bodyToSign, pinsToCheck } from './hookable.js';
import { signWithin } from './sign-within.js';

/** Signs a request with profile S. */
export const signRequest: Handler<'request.sign'> = async (args, context) => {
  const { keys, clock } = context;
  const { alias, method, authority, target, contentType } = args;
  requireKey(keys, alias);
  if ([authority, target, contentType].some((field) => field.includes('\n'))) {
    throw new CommandFailure('invalid_args', 'no field of a signed request may hold a line feed');
  }
  const input: ProfileSInput = {
    method,
    authority,
    target,
    contentType,
    keyId: keyId(keys.publicKey(alias)),
    epoch: argumentU64('epoch', args.epoch),
    counter: argumentU64('counter', args.counter),
    timestampMs: BigInt(args.timestampMs ?? clock.now().getTime()),
    body: bodyToSign(context, argumentBytes('body', args.body)),
  };
  const headers = await refusedAs('key_use_failed', () =>
    signWithin(
      (message) => keys.sign(alias, message),
      (sign) => profileSHeaders(input, sign),
    ),
  );
  return { headers };
};

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
