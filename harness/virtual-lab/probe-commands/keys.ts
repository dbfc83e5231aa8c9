import { toBase64url } from '../../encoding/bytes.js';
import { isP256 } from '../../encoding/ecdsa.js';
import { loadPublicKey } from '../../encoding/signature.js';
import { buildCsr } from '../../evidence/csr/index.js';
import { argumentBytes, requireKey } from './arguments.js';
import { forgetCertificate } from './certificates.js';
import { CommandFailure, refusedAs } from './command-failure.js';
import type { Handler } from './handler.js';
import { signWithin } from './sign-within.js';

/** Signs a certification request. */
export const csr: Handler<'key.csr'> = async ({ alias, commonName, nonce }, { keys }) => {
  const bytes = argumentBytes('nonce', nonce);
  requireKey(keys, alias);
  const spki = keys.publicKey(alias);
  const key = loadPublicKey(spki);
  if (key === null || !isP256(key)) {
    throw new CommandFailure('unsupported', 'certification requests are for keys on P-256');
  }
  const request = { commonName, spki, nonce: bytes };
  const built = await refusedAs('key_use_failed', () =>
    signWithin(
      (info) => keys.sign(alias, info),
      (sign) => buildCsr({ ...request, sign }),
    ),
  );
  return { csr: toBase64url(built) };
};

/** Signs bytes. */
export const sign: Handler<'key.sign'> = async ({ alias, data }, { keys }) => {
  const bytes = argumentBytes('data', data);
  requireKey(keys, alias);
  const signature = await refusedAs('key_use_failed', () => keys.sign(alias, bytes));
  return { signature: toBase64url(signature) };
};

/** Tries to read a private key. */
export const exportKey: Handler<'key.export'> = async ({ alias }, { keys }) => {
  requireKey(keys, alias);
  const bytes = await refusedAs('key_not_exportable', () => keys.exportPrivate(alias));
  return { privateKey: toBase64url(bytes) };
};

/** Deletes a key. */
export const deleteKey: Handler<'key.delete'> = ({ alias }, context) => {
  const deleted = context.keys.aliases().includes(alias);
  context.keys.delete(alias);
  forgetCertificate(context, alias);
  return { deleted };
};

/** Deletes every key. */
export const reset: Handler<'reset'> = (_, context) => {
  const deletedAliases = [...context.keys.aliases()];
  for (const alias of deletedAliases) {
    context.keys.delete(alias);
    forgetCertificate(context, alias);
  }
  return { deletedAliases };
};
