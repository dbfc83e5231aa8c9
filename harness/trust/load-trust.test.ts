import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HarnessError } from '../errors.js';
import { productRoot } from '../product.js';
import { loadTrust } from './load-trust.js';
import { TRUST_FILE } from './trust-file.js';

const shipped = join(productRoot, 'fixtures', 'trust');
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attestlab-trust-'));
  cpSync(shipped, folder, { recursive: true });
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function edit(change: (text: string) => string): void {
  const file = join(folder, TRUST_FILE);
  const before = readFileSync(file, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(file, after);
}

function problem(): string {
  try {
    loadTrust(folder);
    return 'loaded';
  } catch (error) {
    if (error instanceof HarnessError) return `${error.code} ${error.message}`;
    throw error;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('the trust folder that is shipped', () => {
  // Fingerprints as the vendors publish them; written here apart from trust.yaml on purpose.
  const PUBLISHED: Readonly<Record<string, readonly string[]>> = {
    'google-rsa-4096': [
      'c1984a3ef45c1e2a918551de10603c86f7051b2249c4891cae3230eabd0c97d5',
      '1ef1a04b8ba58ab94589ac498c8982a783f24ea7307e0159a0c3a73b377d87cc',
      'ab6641178a36e179aa0c1cdddf9a16eb45fa20943e2b8cd7c7c05c26cf8b487a',
      'cedb1cb6dc896ae5ec797348bce9286753c2b38ee71ce0fbe34a9a1248800dfc',
    ],
    'google-ec-p384': ['6d9db4ce6c5c0b293166d08986e05774a8776ceb525d9e4329520de12ba4bcc0'],
    'aosp-software-ec': ['51d496ad4664190fbdaf1ad987278efa35d6fbf52e50a9c34ded8395477ede5c'],
    'aosp-software-rsa': ['4e42730efd521b21d77b109b7532a0b664ddfefc73e129111936200c5e58cce0'],
    'apple-app-attestation-root-ca': [
      '1cb9823ba28ba6ad2d33a006941de2ae4f513ef1d4e831b9f7e0fa7b6242c932',
    ],
    'apple-root-ca-g3': ['63343abfb89a6a03ebb57e9b3f5fa7be7c4f5c756f3017b3a8c488c3653e9179'],
  };

  it('holds exactly the published roots, each with its published fingerprint', () => {
    const trust = loadTrust(shipped);
    const { androidAnchors, knownSoftwareRoots, appAttestAnchors, receiptAnchors } = trust;
    const all = [androidAnchors, knownSoftwareRoots, appAttestAnchors, receiptAnchors].flat();
    expect(
      Object.fromEntries(all.map(({ name, certificates }) => [name, certificates.map(sha256)])),
    ).toEqual(PUBLISHED);
    expect(androidAnchors.map(({ name }) => name)).toEqual(['google-rsa-4096', 'google-ec-p384']);
    expect(knownSoftwareRoots.map(({ name }) => name)).toEqual([
      'aosp-software-ec',
      'aosp-software-rsa',
    ]);
  });

  it('ships no status list, since one ages within days', () => {
    expect(loadTrust(shipped).revocation).toBeNull();
  });
});

describe('a trust folder is refused', () => {
  it('where a certificate is not the one whose fingerprint is stated', () => {
    cpSync(join(folder, 'aosp-software-ec.pem'), join(folder, 'google-ec-p384.pem'));
    expect(problem()).toMatch(
      /^ERR_FILE_INVALID .*trust\.yaml:\d+:\d+: .*google-ec-p384\.pem has the fingerprint 51d496ad/,
    );
  });

  it('where a certificate is of another key than the anchor', () => {
    edit((text) => text.replace('3ee44512', '00000000'));
    expect(problem()).toMatch(/google-ec-p384\.pem holds the key 3ee44512/);
  });

  it('where a root whose private key is published is named as an anchor', () => {
    edit((text) => {
      const software = text.split('  - name: aosp-software-ec')[1]?.split('  - name:')[0] ?? '';
      return text.replace('\nandroid:\n', `\nandroid:\n  - name: copy${software}`);
    });
    expect(problem()).toMatch(/"copy" is the key of "aosp-software-ec", never to be trusted/);
  });

  it('where it names no anchor', () => {
    writeFileSync(join(folder, TRUST_FILE), 'version: 1\n');
    expect(problem()).toMatch(/names no trust anchor/);
  });

  it('where two anchors have one name', () => {
    edit((text) => text.replace('name: google-ec-p384', 'name: google-rsa-4096'));
    expect(problem()).toMatch(/names "google-rsa-4096" twice/);
  });

  it('where a PEM file is cut off, naming file and line', () => {
    const file = join(folder, 'apple-root-ca-g3.pem');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 200));
    expect(problem()).toMatch(/apple-root-ca-g3\.pem: block of line 1 is cut off/);
  });

  it('where a file is missing or lies outside', () => {
    rmSync(join(folder, 'apple-root-ca-g3.pem'));
    expect(problem()).toMatch(/^ERR_FILE_UNREADABLE .*apple-root-ca-g3\.pem/);
    edit((text) => text.replace('file: apple-root-ca-g3.pem', 'file: ../apple-root-ca-g3.pem'));
    expect(problem()).toMatch(/a file of this folder/);
  });
});

describe("a lab's own status list", () => {
  const stated = '\nrevocation:\n  file: status.json\n  takenAt: 2026-11-23T06:00:00Z\n';

  it('is loaded with the time when it was taken', () => {
    edit((text) => text + stated);
    writeFileSync(join(folder, 'status.json'), '{"entries":{"1":{"status":"REVOKED"}}}');
    expect(loadTrust(folder).revocation).toMatchObject({
      usable: true,
      takenAtMs: Date.parse('2026-11-23T06:00:00Z'),
    });
  });

  it('stops the load where it cannot be read', () => {
    edit((text) => text + stated);
    writeFileSync(join(folder, 'status.json'), '{"entries":{"1":{}}}');
    expect(problem()).toMatch(/^ERR_TRUST_INVALID .*status\.json: entry "1" has no status/);
  });
});
