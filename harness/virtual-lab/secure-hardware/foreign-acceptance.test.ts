import { createHash, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { toBase64, toHex, utf8 } from '../../encoding/bytes.js';
import { bytesEntry, expectCbor, readCbor, requiredEntry } from '../../encoding/cbor.js';
import { extensionsOf, readCertificate } from '../../encoding/certificate.js';
import { AsnConvert, ForeignKeyDescription } from '../../encoding/peculiar-asn1.js';
import { KEY_DESCRIPTION_OID } from '../../evidence/android-key/index.js';
import { buildCsr } from '../../evidence/csr/index.js';
import { loadForeignAppAttest, type ForeignAppAttest } from './testing/foreign-app-attest.js';
import {
  hasOpenssl,
  opensslVerify,
  opensslVerifyCms,
  opensslVerifyRequest,
  toPem,
} from './testing/openssl.js';
import {
  keyRequest,
  TEST_APP,
  TEST_NOW,
  testAndroid,
  testApple,
  testVendors,
} from './testing/test-phones.js';
import { signWith, generateMaterial } from './key-material.js';

const vendors = testVendors();
const challenge = new Uint8Array(32).fill(0x5a);

describe.skipIf(!hasOpenssl)('openssl', () => {
  it.each([
    ['a factory chain of the TEE', { provisioning: 'factory' }, 'tee'],
    ['a factory chain of StrongBox', { provisioning: 'factory' }, 'strongbox'],
    ['a remotely provisioned chain of the TEE', { provisioning: 'rkp' }, 'tee'],
    ['a remotely provisioned chain of StrongBox', { provisioning: 'rkp' }, 'strongbox'],
    ['a software chain', { tee: false, strongbox: false }, 'tee'],
  ] as const)('accepts %s with the lab root', async (_, hardware, level) => {
    const keystore = testAndroid({ vendors, hardware });
    const { attestationChain = [] } = await keystore.generate(keyRequest({ level, challenge }));
    expect(opensslVerify(attestationChain, TEST_NOW)).toMatch(/^passed: .*OK/);
  });

  // Google's own Droid CA2 has room for two authorities below it, and an attest key is the third:
  // whoever checks path lengths refuses such a chain of a genuine phone as well.
  it.each([
    ['factory', /^passed: .*OK/],
    ['rkp', /^failed: .*CN = Droid CA2\n.*path length constraint exceeded/],
  ] as const)('judges the chain of an attest key on a %s phone', async (provisioning, verdict) => {
    const conditions = { attestKey: true };
    const keystore = testAndroid({ vendors, hardware: { provisioning }, conditions });
    const { attestationChain = [] } = await keystore.generate(keyRequest({ challenge }));
    expect(opensslVerify(attestationChain, TEST_NOW)).toMatch(verdict);
  });

  it('refuses a chain with the root of another lab', async () => {
    const { attestationChain = [] } = await testAndroid({ vendors }).generate(
      keyRequest({ challenge }),
    );
    const foreign = testVendors().androidAnchors;
    expect(opensslVerify([...attestationChain.slice(0, -1), ...foreign], TEST_NOW)).toMatch(
      /^failed: /,
    );
  });

  it('accepts the certificates of an attestation and the receipt with it', async () => {
    const { appAttest } = testApple({ vendors });
    const object = await appAttest.attest(await appAttest.generateKey(), challenge);
    const statement = expectCbor(
      requiredEntry(expectCbor(readCbor(object), 'map', 'object'), 'attStmt'),
      'map',
      'attStmt',
    );
    const x5c = expectCbor(requiredEntry(statement, 'x5c'), 'array', 'x5c').items.map(
      (item) => expectCbor(item, 'bytes', 'certificate').value,
    );
    expect(opensslVerify([...x5c, ...vendors.appAttestAnchors], TEST_NOW)).toMatch(/^passed: /);

    const [root = new Uint8Array()] = vendors.receiptAnchors;
    const content = opensslVerifyCms(bytesEntry(statement, 'receipt'), root, TEST_NOW);
    expect(toHex(content)).toContain(toHex(challenge));
  });

  it('accepts the proof of possession in a request', async () => {
    const key = await generateMaterial('ec-p256');
    const csr = buildCsr({
      commonName: 'virtual phone',
      spki: key.spki,
      nonce: challenge,
      sign: (info) => signWith(key, info, 'sha256'),
    });
    expect(opensslVerifyRequest(csr)).toMatch(/^passed: .*OK/i);
  });
});

describe('@peculiar/asn1-android', () => {
  it.each([28, 31, 35, 36])(
    'reads the record of API level %i as it was meant',
    async (apiLevel) => {
      const keystore = testAndroid({ vendors, hardware: { apiLevel } });
      const { attestationChain = [] } = await keystore.generate(keyRequest({ challenge }));
      const [leaf = new Uint8Array()] = attestationChain;
      const [extension] = extensionsOf(readCertificate(leaf), KEY_DESCRIPTION_OID);
      const record = AsnConvert.parse(extension?.value ?? new Uint8Array(), ForeignKeyDescription);
      expect(new Uint8Array(record.attestationChallenge.buffer)).toEqual(challenge);
      expect(record.attestationSecurityLevel).toBe(1);
      expect(record.teeEnforced).toMatchObject({ keySize: 256, origin: 0, osPatchLevel: 202611 });
      expect(record.teeEnforced.rootOfTrust).toMatchObject({
        deviceLocked: true,
        verifiedBootState: 0,
      });
      expect(Array.from<number>(record.teeEnforced.digest ?? new Uint8Array())).toEqual([0, 4]);
    },
  );
});

describe('node-app-attest', () => {
  const clientData = utf8('client data');
  const clientDataHash = new Uint8Array(createHash('sha256').update(clientData).digest());
  const app = { teamIdentifier: TEST_APP.teamId, bundleIdentifier: TEST_APP.bundleId };
  let foreign: ForeignAppAttest;

  beforeAll(async () => {
    foreign = await loadForeignAppAttest(vendors.appAttestAnchors.map(toPem).join(''));
  });

  it.each(['18.5', '27.0'])('accepts attestation and assertions of iOS %s', async (osVersion) => {
    const { appAttest } = testApple({ vendors, hardware: { osVersion } });
    const keyId = await appAttest.generateKey();
    const attestation = await appAttest.attest(keyId, clientDataHash);
    const { publicKey, environment } = foreign.verifyAttestation({
      ...app,
      attestation,
      challenge: clientData,
      keyId: toBase64(keyId),
      allowDevelopmentEnvironment: true,
    });
    expect(environment).toBe('development');
    for (const signCount of [1, 2]) {
      const assertion = await appAttest.assert(keyId, clientDataHash);
      const result = foreign.verifyAssertion({
        ...app,
        assertion,
        payload: clientData,
        publicKey,
        signCount: signCount - 1,
      });
      expect(result.signCount).toBe(signCount);
    }
  });

  it('refuses an attestation for other client data', async () => {
    const { appAttest } = testApple({ vendors });
    const keyId = await appAttest.generateKey();
    const attestation = await appAttest.attest(keyId, clientDataHash);
    const params = { ...app, attestation, keyId: toBase64(keyId) };
    expect(() =>
      foreign.verifyAttestation({
        ...params,
        challenge: utf8('other data'),
        allowDevelopmentEnvironment: true,
      }),
    ).toThrow('nonce');
  });
});

describe('node:crypto', () => {
  it('loads every certificate of the virtual vendors', async () => {
    const chain =
      (await testAndroid({ vendors }).generate(keyRequest({ challenge }))).attestationChain ?? [];
    const loaded = chain.map((certificate) => new X509Certificate(certificate));
    loaded.forEach((certificate, at) => {
      const issuer = loaded[at + 1] ?? certificate;
      expect(certificate.verify(issuer.publicKey)).toBe(true);
    });
  });
});
