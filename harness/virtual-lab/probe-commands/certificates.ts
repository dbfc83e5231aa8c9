import { equalBytes, fromBase64url } from '../../encoding/bytes.js';
import { parseCertificate } from '../../encoding/certificate.js';
import type { AppContext } from '../app-program.js';
import { argumentBytes, requireKey } from './arguments.js';
import { CommandFailure } from './command-failure.js';
import type { Handler } from './handler.js';

/** Keeps a client certificate for its key. */
export const installCertificate: Handler<'certificate.install'> = ({ alias, chain }, context) => {
  const certificates = chain.map((text) => parseCertificate(argumentBytes('chain', text)));
  const [leaf] = certificates;
  if (leaf?.ok !== true || certificates.some(({ ok }) => !ok)) {
    throw new CommandFailure('invalid_args', 'the chain holds something that is no certificate');
  }
  requireKey(context.keys, alias);
  if (!equalBytes(leaf.value.spki, context.keys.publicKey(alias))) {
    throw new CommandFailure('certificate_mismatch', `the leaf does not certify the key ${alias}`);
  }
  context.data.set(storageKey(alias), chain.join(' '));
  return {};
};

/** The chain installed for a key, leaf first; null where there is none. */
export function installedChain(context: AppContext, alias: string): readonly Uint8Array[] | null {
  const stored = context.data.get(storageKey(alias));
  return stored?.split(' ').map((text) => fromBase64url(text) ?? new Uint8Array()) ?? null;
}

/** A new or deleted key has no certificate. */
export function forgetCertificate(context: AppContext, alias: string): void {
  context.data.delete(storageKey(alias));
}

function storageKey(alias: string): string {
  return `certificate:${alias}`;
}
