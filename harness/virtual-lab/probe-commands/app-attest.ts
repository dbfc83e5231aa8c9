import { toBase64url } from '../../encoding/bytes.js';
import type { AppContext } from '../app-program.js';
import type { AppAttestService } from '../secure-hardware/index.js';
import { argumentBytes } from './arguments.js';
import { CommandFailure, refusedAs } from './command-failure.js';
import type { Handler } from './handler.js';

/** Makes an App Attest key. */
export const generateAppAttestKey: Handler<'appattest.generate'> = async (_, context) => {
  const service = appAttest(context);
  const keyId = await refusedAs('app_attest_failed', () => service.generateKey());
  return { keyId: toBase64url(keyId) };
};

/** Has an App Attest key attested. */
export const attest: Handler<'appattest.attest'> = async (args, context) => {
  const service = appAttest(context);
  const [keyId, hash] = hashArguments(args);
  const attestation = await refusedAs('app_attest_failed', () => service.attest(keyId, hash));
  return { attestationObject: toBase64url(attestation) };
};

/** Signs with an App Attest key. */
export const assert: Handler<'appattest.assert'> = async (args, context) => {
  const service = appAttest(context);
  const [keyId, hash] = hashArguments(args);
  const assertion = await refusedAs('app_attest_failed', () => service.assert(keyId, hash));
  return { assertion: toBase64url(assertion) };
};

function appAttest(context: AppContext): AppAttestService {
  const service = context.keys.appAttest;
  if (service === null) throw new CommandFailure('unsupported', 'App Attest is a service of iOS');
  return service;
}

function hashArguments(args: { readonly keyId: string; readonly clientDataHash: string }) {
  const keyId = argumentBytes('keyId', args.keyId);
  return [keyId, argumentBytes('clientDataHash', args.clientDataHash)] as const;
}
