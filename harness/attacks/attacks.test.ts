import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fromHex, toBase64url, toHex, utf8 } from '../encoding/bytes.js';
import { readCertificate } from '../encoding/certificate.js';
import { p256SpkiOfPoint } from '../encoding/cose.js';
import { readP256Signature } from '../encoding/ecdsa.js';
import { parseAndroidKey } from '../evidence/android-key/index.js';
import {
  parseAppAttestAssertion,
  parseAppAttestAttestation,
} from '../evidence/app-attest/index.js';
import { buildCsr, parseCsr } from '../evidence/csr/index.js';
import { keyId } from '../evidence/formats/index.js';
import {
  parseSignedRequest,
  profileSAssertionHeaders,
  profileSClientDataHash,
  profileRHeaders,
  profileSHeaders,
  type SignedHttpRequest,
} from '../evidence/signed-request/index.js';
import { anchorOf } from '../trust/index.js';
import { createVerifier, failing, LAB, type AppraisalInput } from '../verifier/index.js';
import { generateMaterial, signWith } from '../virtual-lab/secure-hardware/key-material.js';
import {
  keyRequest,
  TEST_APP,
  TEST_NOW,
  TEST_PACKAGE,
  testAndroid,
  testApple,
  testVendors,
} from '../virtual-lab/secure-hardware/testing/test-phones.js';
import { attack, ATTACKS, createAttackerKey, describeAttack, type Attack } from './index.js';

const vendors = testVendors();
const anchors = (name: string, certificates: readonly Uint8Array[]) =>
  certificates.map((certificate) => anchorOf(name, readCertificate(certificate)));
const verifier = createVerifier({
  trust: {
    androidAnchors: anchors('virtual lab', vendors.androidAnchors),
    knownSoftwareRoots: anchors('virtual software', vendors.androidSoftwareRoots),
    appAttestAnchors: anchors('virtual App Attest', vendors.appAttestAnchors),
    receiptAnchors: anchors('virtual receipts', vendors.receiptAnchors),
    revocation: { usable: true, entries: new Map(), takenAtMs: TEST_NOW.getTime() },
  },
});
const policy = { ...LAB, appAttest: { ...LAB.appAttest, environments: ['production'] as const } };
const attacker = createAttackerKey();
const nonce = new Uint8Array(32).fill(3);

function appraise(input: Pick<AppraisalInput, 'evidence' | 'expected'>, now = TEST_NOW) {
  // Both members are of one format, since the caller built them together.
  return verifier.appraise({ ...input, policy, now } as AppraisalInput);
}

function expectRefusal(result: ReturnType<typeof appraise>, one: Attack, format: string): void {
  const stated = one.failing[format as keyof Attack['failing']] ?? [];
  expect([...failing(result)].sort()).toEqual([...stated].sort());
  expect(result.verdict).toBe(stated.length === 0 ? 'accepted' : 'rejected');
}

// What takes a vendor's key, another phone's state or another app is in catalogue.test.ts.
const BEYOND: readonly string[] = ['leaked-vendor-key', 'other-phone', 'other-app'];
const ofKind = (applies: Attack['applies']) =>
  ATTACKS.filter(
    (one) =>
      one.applies === applies &&
      !one.needs.some((means) => BEYOND.includes(means)) &&
      !('presentedAt' in one) &&
      one.id !== 'app-attest/other-distribution',
  ).map((one) => [one.id] as const);

describe('attacks', () => {
  it('have ids of their own, and say what stops them', () => {
    expect(new Set(ATTACKS.map((one) => one.id)).size).toBe(ATTACKS.length);
    for (const one of ATTACKS) {
      expect(Object.values(one.failing).flat().length).toBeGreaterThan(0);
      expect(one.references.length).toBeGreaterThan(0);
      expect(describeAttack(one)).toMatch(/^The attacker .+\. Takes: .+\. Stopped by: .+\.$/);
    }
  });

  it('are found by what they are made on and their id', () => {
    expect(attack('csr', 'csr/byte-flipped').applies).toBe('csr');
    expect(() => attack('android-key', 'csr/byte-flipped')).toThrow(RangeError);
  });
});

describe('an attack on a certification request', () => {
  const csrOf = async () => {
    const key = await generateMaterial('ec-p256');
    const sign = (info: Uint8Array) => signWith(key, info, 'sha256');
    return { csr: buildCsr({ commonName: 'phone', spki: key.spki, nonce, sign }), key };
  };

  it.each(ofKind('csr'))('%s fails what it names in the request', async (id) => {
    const { csr } = await csrOf();
    const one = attack('csr', id);
    expect(appraise({ evidence: parseCsr(csr), expected: { nonce } }).verdict).toBe('accepted');
    const evidence = parseCsr(one.mutate(csr, { attacker }));
    expectRefusal(appraise({ evidence, expected: { nonce } }), one, 'csr');
  });

  it.each(ofKind('csr'))('%s fails what it names in an Android attestation', async (id) => {
    const keystore = testAndroid({ vendors });
    const { spki, attestationChain = [] } = await keystore.generate(
      keyRequest({ challenge: nonce }),
    );
    const csr = buildCsr({ commonName: 'phone', spki, sign: (info) => attacker.sign(info) });
    const one = attack('csr', id);
    const { parsed } = parseCsr(one.mutate(csr, { attacker }));
    if (!parsed.ok) {
      // A request that does not parse has no key to compare with.
      expect(one.failing).not.toHaveProperty('android-key');
      return;
    }
    const result = appraise({
      evidence: parseAndroidKey(attestationChain),
      expected: { ...androidExpected(parsed.value.spki) },
    });
    expectRefusal(result, one, 'android-key');
  });

  it.each(ofKind('csr'))('%s fails what it names in an App Attest attestation', async (id) => {
    const { csr } = await csrOf();
    const { appAttest } = testApple({ vendors, app: { environment: 'production' } });
    const key = await appAttest.generateKey();
    const object = await appAttest.attest(key, sha256(csr));
    const one = attack('csr', id);
    const appraised = (presented: Uint8Array) =>
      appraise({
        evidence: parseAppAttestAttestation(object),
        expected: { appIds: [APP_ID], keyId: key, clientDataHash: sha256(presented) },
      });
    expect(appraised(csr).verdict).toBe('accepted');
    expectRefusal(appraised(one.mutate(csr, { attacker })), one, 'app-attest-attestation');
  });
});

describe.each([
  ['a factory chain', 'factory', 'tee'],
  ['a remotely provisioned chain', 'rkp', 'tee'],
  ['a chain of StrongBox', 'rkp', 'strongbox'],
] as const)('an attack on %s', (_, provisioning, level) => {
  it.each(ofKind('android-key'))('%s fails exactly what it names', async (id) => {
    const keystore = testAndroid({ vendors, hardware: { provisioning } });
    const generate = (alias: string, challenge: Uint8Array) =>
      keystore.generate(keyRequest({ alias, level, challenge }));
    const { spki, attestationChain = [] } = await generate('key', nonce);
    const earlier = await generate('earlier', sha256(nonce));
    const emulator = testAndroid({ vendors, hardware: { tee: false, strongbox: false } });
    const software = await emulator.generate(keyRequest({ challenge: nonce }));
    const expected = androidExpected(spki);

    const genuine = appraise({ evidence: parseAndroidKey(attestationChain), expected });
    expect(failing(genuine)).toEqual([]);
    expect(genuine.verdict).toBe('accepted');

    const one = attack('android-key', id);
    const spoilt = await one.mutate(attestationChain, {
      attacker,
      signWithPhone: (data) => keystore.sign('key', data, 'sha256'),
      earlierChain: earlier.attestationChain ?? [],
      emulatorChain: software.attestationChain ?? [],
    });
    const result = appraise({ evidence: parseAndroidKey(spoilt), expected });
    expectRefusal(result, one, 'android-key');
  });
});

describe('an attack on an App Attest attestation', () => {
  it.each(ofKind('app-attest-attestation'))('%s fails exactly what it names', async (id) => {
    const submit = async (environment: 'development' | 'production', hash: Uint8Array) => {
      const { appAttest } = testApple({ vendors, app: { environment } });
      const key = await appAttest.generateKey();
      return { keyId: key, object: await appAttest.attest(key, hash) };
    };
    const clientDataHash = sha256(nonce);
    const genuine = await submit('production', clientDataHash);
    const appraised = (submission: typeof genuine, environments = policy.appAttest.environments) =>
      verifier.appraise({
        evidence: parseAppAttestAttestation(submission.object),
        expected: { appIds: [APP_ID], keyId: submission.keyId, clientDataHash },
        policy: { ...policy, appAttest: { ...policy.appAttest, environments } },
        now: TEST_NOW,
      });
    expect(appraised(genuine)).toMatchObject({ verdict: 'accepted' });

    const one = attack('app-attest-attestation', id);
    const means = {
      attacker,
      earlier: await submit('production', sha256(utf8('earlier'))),
      developmentBuild: await submit('development', clientDataHash),
    };
    const target = id === 'app-attest/environment-relabelled' ? means.developmentBuild : genuine;
    expectRefusal(appraised(one.mutate(target, means)), one, 'app-attest-attestation');
  });
});

describe('an attack on an App Attest assertion', () => {
  it.each(ofKind('app-attest-assertion'))('%s fails exactly what it names', async (id) => {
    const { appAttest } = testApple({ vendors });
    const key = await appAttest.generateKey();
    const clientDataHash = sha256(nonce);
    const { parsed } = parseAppAttestAttestation(await appAttest.attest(key, clientDataHash));
    if (!parsed.ok) throw new Error(parsed.malformation.message);
    const { publicKey } = parsed.value.authData;
    const one = attack('app-attest-assertion', id);
    const captured = [
      await appAttest.assert(key, clientDataHash),
      await appAttest.assert(key, clientDataHash),
    ];
    let previousCounter: number | null = null;
    const presentations = one.present(captured.slice(0, one.captures));
    for (const [at, { evidence: sent }] of presentations.entries()) {
      const evidence = parseAppAttestAssertion(sent);
      const result = appraise({
        evidence,
        expected: { appIds: [APP_ID], publicKey, clientDataHash, previousCounter },
      });
      if (at === presentations.length - 1) {
        expectRefusal(result, one, 'app-attest-assertion');
      } else {
        expect(result.verdict).toBe('accepted');
        if (evidence.parsed.ok) previousCounter = evidence.parsed.value.authData.counter;
      }
    }
  });
});

describe.each(['signed-request', 'profile-r-request'] as const)('an attack on a %s', (kind) => {
  it.each(ofKind(kind))('%s fails exactly what it names', async (id) => {
    const key = await generateMaterial('ec-p256');
    const registered = { keyId: keyId(key.spki), spki: key.spki, epoch: 1n };
    const sign = kind === 'signed-request' ? signedRequest : requestOfProfileR;
    const captured = [5n, 6n].map((counter) => sign(key, counter));
    const one = attack(kind, id);
    let lastCounter: bigint | null = null;
    const presentations = one.present(captured.slice(0, one.captures));
    for (const [at, presentation] of presentations.entries()) {
      const { evidence: sent, afterMs, circumstance } = presentation;
      const evidence = parseSignedRequest(sent);
      const stated = evidence.parsed.ok ? evidence.parsed.value : null;
      const epoch = circumstance === 'key-reissued' ? 2n : registered.epoch;
      const result = appraise(
        {
          evidence,
          expected: {
            key: stated?.keyId === registered.keyId ? { ...registered, epoch, lastCounter } : null,
            connectionKeyIds: circumstance === 'other-connection' ? ['other'] : [registered.keyId],
          },
        },
        new Date(TEST_NOW.getTime() + afterMs),
      );
      if (at === presentations.length - 1) {
        expectRefusal(result, one, 'signed-request');
      } else {
        expect(result.verdict).toBe('accepted');
        lastCounter = stated?.counter ?? null;
      }
    }
  });
});

const APP_ID = `${TEST_APP.teamId}.${TEST_APP.bundleId}`;

function androidExpected(spki: Uint8Array) {
  return {
    challenge: nonce,
    packageNames: [TEST_PACKAGE.packageName],
    signerDigests: TEST_PACKAGE.signerDigests.map(toHex),
    spki,
  };
}

describe('an attack on requests that App Attest signs', () => {
  it.each(ofKind('asserted-request'))('%s fails exactly what it names', async (id) => {
    const { appAttest } = testApple({ vendors });
    const key = await appAttest.generateKey();
    const attested = parseAppAttestAttestation(await appAttest.attest(key, sha256(nonce))).parsed;
    if (!attested.ok) throw new Error(attested.malformation.message);
    const spki = p256SpkiOfPoint(attested.value.authData.publicKey);
    const signed = async (counter: bigint): Promise<SignedHttpRequest> => {
      const input = { ...ORDER, keyId: toBase64url(key), counter };
      const assertion = await appAttest.assert(key, profileSClientDataHash(input));
      const headers = profileSAssertionHeaders(input, assertion);
      return { ...REQUEST, headers: [['content-type', ORDER.contentType], ...headers] };
    };
    const one = attack('asserted-request', id);
    const later = await signed(6n);
    const presentations = one.present([later, await signed(5n)]);
    let last: { readonly request: bigint | null; readonly assertion: number | null } = {
      ...{ request: null, assertion: null },
    };
    for (const [at, { evidence: sent, circumstance }] of presentations.entries()) {
      const evidence = parseSignedRequest(sent);
      const appIds = circumstance === 'other-app' ? ['TEAMID0000.org.other'] : [APP_ID];
      const registered = { keyId: toBase64url(key), spki, epoch: 1n, lastCounter: last.request };
      const result = appraise({
        evidence,
        expected: {
          key: { ...registered, appAttest: { appIds, previousCounter: last.assertion } },
          connectionKeyIds: [registered.keyId],
        },
      });
      if (at === presentations.length - 1) {
        expectRefusal(result, one, 'signed-request');
      } else {
        expect(result.verdict).toBe('accepted');
        const { parsed } = evidence;
        if (!parsed.ok || parsed.value.assertion?.ok !== true) throw new Error('not asserted');
        const assertion = parsed.value.assertion.value.authData.counter;
        last = { request: parsed.value.counter, assertion };
      }
    }
  });
});

const REQUEST = {
  method: 'POST',
  authority: 'rp.lab.test:8443',
  target: '/v1/orders?dry=no',
  body: utf8('{"amount":1}'),
};

/** What every signed request of these tests states. */
const ORDER = {
  ...REQUEST,
  epoch: 1n,
  contentType: 'application/json',
  timestampMs: BigInt(TEST_NOW.getTime()),
};

function signedRequest(
  key: Awaited<ReturnType<typeof generateMaterial>>,
  counter: bigint,
): SignedHttpRequest {
  const headers = profileSHeaders({ ...ORDER, keyId: keyId(key.spki), counter }, (data) =>
    signWith(key, data, 'sha256'),
  );
  return { ...REQUEST, headers: [['content-type', ORDER.contentType], ...headers] };
}

function requestOfProfileR(
  key: Awaited<ReturnType<typeof generateMaterial>>,
  counter: bigint,
): SignedHttpRequest {
  const headers = profileRHeaders({ ...ORDER, keyId: keyId(key.spki), counter }, (data) => {
    const { r, s } = readP256Signature(signWith(key, data, 'sha256'));
    const hex = [r, s].map((value) => value.toString(16).padStart(64, '0'));
    return fromHex(hex.join('')) ?? new Uint8Array();
  });
  return { ...REQUEST, headers: [['content-type', ORDER.contentType], ...headers] };
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
