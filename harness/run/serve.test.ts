import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readText } from '../configuration.js';
import { readCertificate } from '../encoding/certificate.js';
import { parsePemCertificates } from '../encoding/pem.js';
import { loadLab, type Lab } from '../farm/lab.js';
import { httpsTransport } from '../relying-party/index.js';
import { labPolicy } from './lab-policy.js';
import { anchorNames, serveLab, type ServedLab } from './serve.js';
import { faultLab } from './testing/fault-lab.js';
import { VENDORS_FOLDER } from './virtual-vendors.js';

let root = '';
let home = '';
let virtualLab: Lab;
let realLab: Lab;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'attestlab-serve-lab-'));
  home = join(root, 'home');
  virtualLab = loadLab(faultLab(['attestation/*']));
  const real = faultLab(['attestation/*']);
  const phone = '{ alias: pixel, udid: R1, platform: android, class: android-tee }';
  writeFileSync(join(real, 'inventory.yaml'), `phones: [${phone}]\n`);
  realLab = loadLab(real);
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
  for (const lab of [virtualLab, realLab]) rmSync(join(lab.file, '..'), { recursive: true });
});

/** Serves a lab from the home that all of these tests share, while `use` looks at it. */
async function served(
  { lab, trust }: { readonly lab: Lab; readonly trust?: string },
  use: (told: ServedLab) => void | Promise<void>,
): Promise<readonly string[]> {
  const lines: string[] = [];
  const told = await serveLab({
    ...{ lab, home, policy: labPolicy(lab), tlsVersions: 'both' },
    ...(trust === undefined ? {} : { trust }),
    ...{ address: '127.0.0.1', publicHost: 'localhost', ports: { enrolment: 0, api: 0 } },
    admin: { address: '127.0.0.1', port: 0 },
    log: { write: (line) => void lines.push(line) },
  });
  try {
    await use(told);
  } finally {
    await told.close();
  }
  return lines;
}

const SHIPPED = {
  android: ['google-rsa-4096', 'google-ec-p384'],
  appAttest: ['apple-app-attestation-root-ca'],
  receipts: ['apple-root-ca-g3'],
};
const WITH_VIRTUAL = Object.fromEntries(
  Object.entries(SHIPPED).map(([what, names]) => [what, [...names, 'virtual lab']]),
);

describe('the relying party of a lab of virtual phones', () => {
  it('trusts roots of its own, with a status list that is always fresh', async () => {
    const lines = await served({ lab: virtualLab }, ({ trust, gaps }) => {
      expect(anchorNames(trust)).toEqual(WITH_VIRTUAL);
      expect(gaps).toEqual([]);
      const list = trust.revocation;
      if (list?.usable !== true || list.takenAtMs === null) throw new Error('no dated list');
      expect(Math.abs(Date.now() - list.takenAtMs)).toBeLessThan(60_000);
    });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'listening', anchors: WITH_VIRTUAL });
  });

  it('keeps their keys for its owner, and has the same roots at the next start', async () => {
    const keys = async () => {
      const found: string[] = [];
      await served({ lab: virtualLab }, ({ trust }) => {
        const last = trust.androidAnchors.at(-1);
        found.push(Buffer.from(last?.spki ?? []).toString('hex'));
      });
      return found;
    };
    const [before, after] = [await keys(), await keys()];
    expect(after).toEqual(before);
    const folder = join(home, VENDORS_FOLDER);
    const files = readdirSync(folder).filter((name) => name.endsWith('.key'));
    expect(files).toHaveLength(4);
    for (const name of files) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    const pem = parsePemCertificates(readText(join(folder, 'android.pem')));
    const [certificate] = pem.ok ? pem.value : [];
    const { spki } = readCertificate(certificate ?? new Uint8Array());
    expect(Buffer.from(spki).toString('hex')).toBe(before[0]);
  });

  it('trusts a folder that is named, and nothing besides', async () => {
    const trust = virtualLab.trustFolder;
    const lines = await served({ lab: virtualLab, trust }, (told) => {
      expect(anchorNames(told.trust)).toEqual(SHIPPED);
      expect(told.gaps.map(({ phones }) => phones)).toEqual(['Android phone']);
    });
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({
      ...{ level: 'warn', msg: 'nobody can enrol', phones: 'Android phone' },
    });
  });
});

describe('the traffic of a served relying party', () => {
  it('is watched, and told of over its administration', async () => {
    await served(
      { lab: virtualLab },
      async ({ relyingParty, serverAnchorFile, adminTokenFile }) => {
        const pem = parsePemCertificates(readText(serverAnchorFile));
        const send = httpsTransport({ anchors: pem.ok ? pem.value : [] });
        const token = readText(adminTokenFile).trim();
        const answer = await send({
          ...{ method: 'GET', url: `${relyingParty.adminUrl ?? ''}/v1/risks` },
          ...{ headers: [['authorization', `Bearer ${token}`]], body: new Uint8Array() },
        });
        expect(answer.status).toBe(200);
        expect(JSON.parse(Buffer.from(answer.body).toString())).toMatchObject({
          known: 0,
          keys: [],
        });
      },
    );
  });
});

describe('what a served relying party remembers', () => {
  it('outlives it, in a file of its home', async () => {
    const entry = { keyId: 'k', reason: 'lost', deniedAtMs: 1 };
    const found: unknown[] = [];
    await served({ lab: virtualLab }, ({ relyingParty }) => relyingParty.denyList.deny(entry));
    await served({ lab: virtualLab }, ({ relyingParty }) => {
      found.push(relyingParty.denyList.find(['k']));
    });
    expect(found).toEqual([entry]);
    expect(statSync(join(home, 'store.db')).mode & 0o777).toBe(0o600);
  });
});

describe('the relying party of a lab of real phones', () => {
  it('never trusts virtual ones, though their roots lie in its home', async () => {
    await served({ lab: virtualLab }, () => undefined);
    await served({ lab: realLab }, ({ trust, gaps }) => {
      expect(anchorNames(trust)).toEqual(SHIPPED);
      expect(trust.revocation).toBeNull();
      expect(gaps.map(({ reason }) => reason)).toEqual([
        'there is no status list, and policy lab wants one of at most 7 days',
      ]);
    });
  });
});
