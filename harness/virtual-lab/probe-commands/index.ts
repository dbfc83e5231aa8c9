import { negotiateVersion } from '../../probe/protocol.js';
import { assert, attest, generateAppAttestKey } from './app-attest.js';
import { installCertificate } from './certificates.js';
import { CommandFailure } from './command-failure.js';
import { facts } from './facts.js';
import type { Handler, Handlers } from './handler.js';
import { generate } from './key-ladder.js';
import { csr, deleteKey, exportKey, reset, sign } from './keys.js';
import { requestVerdict } from './play-integrity.js';
import { sendRequest, signRequest } from './requests.js';

const PROBE_NAME = 'attestlab virtual probe';

const hello: Handler<'hello'> = ({ minVersion, maxVersion }, { app, device }) => {
  const version = negotiateVersion({ min: minVersion, max: maxVersion });
  if (version === null) {
    throw new CommandFailure(
      'version_unsupported',
      `the probe speaks no version up to ${maxVersion}`,
    );
  }
  const build = app.platform === 'android' ? String(app.versionCode) : app.build;
  return { version, probe: { name: PROBE_NAME, build }, platform: device.platform };
};

/** Every command of the protocol as the virtual probe does it. */
export const HANDLERS: Handlers = {
  hello,
  facts,
  'key.generate': generate,
  'key.csr': csr,
  'key.sign': sign,
  'key.export': exportKey,
  'key.delete': deleteKey,
  'certificate.install': installCertificate,
  'appattest.generate': generateAppAttestKey,
  'appattest.attest': attest,
  'appattest.assert': assert,
  'playintegrity.request': requestVerdict,
  'request.sign': signRequest,
  'request.send': sendRequest,
  reset,
};

export { CommandFailure } from './command-failure.js';
