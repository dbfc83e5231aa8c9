import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadLab, type Lab } from '../farm/lab.js';
import { softHsmParts, startSoftHsm, type SoftHsm } from '../relying-party/testing/soft-hsm.js';
import { labPolicy } from './lab-policy.js';
import { serveLab, type ServedLab } from './serve.js';
import { faultLab } from './testing/fault-lab.js';

const parts = softHsmParts();
const isMissing = typeof parts === 'string';

describe.skipIf(isMissing)(`a lab whose key is on a token${isMissing ? ` (${parts})` : ''}`, () => {
  if (isMissing) return;
  let hsm: SoftHsm;
  let home: string;
  let lab: Lab;
  beforeAll(() => {
    hsm = startSoftHsm(parts);
    lab = loadLab(faultLab(['attestation/*']));
    home = mkdtempSync(join(tmpdir(), 'attestlab-serve-token-'));
  });
  afterAll(() => {
    hsm.end();
    for (const folder of [home, join(lab.file, '..')]) rmSync(folder, { recursive: true });
  });

  const serve = (uri: string, log: string[], pin = hsm.pin): Promise<ServedLab> =>
    serveLab({
      ...{ lab, home, policy: labPolicy(lab), tlsVersions: 'both' },
      ...{ address: '127.0.0.1', publicHost: 'localhost' },
      ...{ ports: { enrolment: 0, api: 0 }, admin: { address: '127.0.0.1', port: 0 } },
      enrolmentKey: { uri, pin, load: parts.load },
      log: { write: (line) => void log.push(line) },
    });

  it('has one authority from start to start, and its key in no file', async () => {
    const uri = hsm.newToken();
    const log: string[] = [];
    await (await serve(uri, log)).close();
    const anchor = readFileSync(join(home, 'pki', 'enrolment-ca.pem'), 'utf8');
    await (await serve(uri, log)).close();
    expect(readFileSync(join(home, 'pki', 'enrolment-ca.pem'), 'utf8')).toBe(anchor);
    expect(existsSync(join(home, 'pki', 'enrolment-ca.key'))).toBe(false);
    expect(JSON.parse(log[0] ?? '')).toMatchObject({ msg: 'listening', enrolmentKey: 'token' });
    expect(log.join('')).not.toContain(hsm.pin);
    await expect(serve(hsm.newToken(), log)).rejects.toThrow(/there is no private key/);
    await expect(serve(uri, log, '00000000')).rejects.toThrow(/the PIN is wrong/);
    // A failed start leaves the module to the next one.
    await (await serve(uri, log)).close();
  });
});
