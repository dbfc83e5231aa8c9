import { afterEach, describe, expect, it } from 'vitest';
import { fromBase64url, toBase64url, toHex } from '../../encoding/bytes.js';
import { enrolmentBinding } from '../../evidence/formats/index.js';
import { createVerifier, LAB, type AppraisalPolicy } from '../../verifier/index.js';
import { createPlayVendor, createPlayService } from '../../virtual-lab/play/index.js';
import { FaultSwitches } from '../../virtual-lab/faults.js';
import { parsePhoneSpec } from '../../virtual-lab/virtual-lab.js';
import { androidProbe } from '../../virtual-lab/app-package.js';
import { PIXEL } from '../../virtual-lab/testing/lab.js';
import { newSubject, refusalOf, valueOf } from '../testing/enrolled-phone.js';
import { RP_ID, startTestLab, trustIn, type TestLab } from '../testing/test-lab.js';
import { androidPhone, iPhone, TEST_PACKAGE } from '../testing/test-phone.js';
import type { RelyingPartyOptions, SubmittedVerdict } from '../index.js';

const vendor = createPlayVendor();
const opened: TestLab[] = [];

async function demanding(changes: Partial<RelyingPartyOptions> = {}): Promise<TestLab> {
  const lab = await startTestLab({
    playIntegrity: 'demanded',
    playIntegrityDecoder: {
      decode: (token) => Promise.resolve(vendor.decodeIntegrityToken(token)),
    },
    ...changes,
  });
  opened.push(lab);
  return lab;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ party }) => party.close()));
});

type Kind = SubmittedVerdict['kind'];

async function verdictFor(
  kind: Kind,
  bound: { readonly challenge: string; readonly csr: string },
  spec: object = {},
): Promise<SubmittedVerdict> {
  const stated = { ...PIXEL, play: { appsFrom: 'play' }, ...spec };
  const device = parsePhoneSpec(stated, 'test');
  if (device.platform !== 'android') throw new Error('Play is of Android');
  const { packageName, versionCode, signerDigests } = TEST_PACKAGE;
  const service = createPlayService({
    ...{ vendor, device, faults: new FaultSwitches(), pause: () => Promise.resolve() },
    app: androidProbe({
      ...{ packageName, versionCode, version: '7', signerDigests: signerDigests.map(toHex) },
    }),
  });
  const [nonce, csr] = [bound.challenge, bound.csr].map((text) => fromBase64url(text));
  if (nonce == null || csr == null) throw new Error('not base64url');
  const h = toBase64url(enrolmentBinding({ rpId: RP_ID, purpose: 'tls', nonce, csr }));
  const request =
    kind === 'classic' ? ({ kind, nonce: h } as const) : ({ kind, requestHash: h } as const);
  return { kind, token: await service.request(request) };
}

// The trust of these labs is their verifier's, which the keys of classic tokens belong to.
function judgeOf(lab: Pick<TestLab, 'vendors'>): RelyingPartyOptions['judge'] {
  const trust = { ...trustIn(lab.vendors), playIntegrityKeys: vendor.keys };
  return createVerifier({ trust });
}

async function prepared(lab: TestLab) {
  const subject = newSubject();
  const { challenge } = valueOf(await lab.enrolClient().requestTlsChallenge(subject));
  const phone = androidPhone(lab.vendors);
  const { csr, evidence } = await phone.prepare(challenge, { purpose: 'tls', rpId: RP_ID });
  return { subject, challenge, csr, evidence };
}

async function labWithKeys(changes: Partial<RelyingPartyOptions> = {}): Promise<TestLab> {
  // Every lab of these tests has the same vendors.
  const { vendors } = await demanding();
  return demanding({ judge: judgeOf({ vendors }), ...changes });
}

describe.each(['classic', 'standard'] as const)('a %s verdict beside an attestation', (kind) => {
  it('lets a phone enrol, bound to its certification request', async () => {
    const lab = await labWithKeys();
    const enrolment = await prepared(lab);
    const playIntegrity = await verdictFor(kind, enrolment);
    valueOf(await lab.enrolClient().enrol({ ...enrolment, playIntegrity }));
    expect(lab.appraisals.map(({ result }) => result.format)).toEqual([
      ...['csr', 'android-key', 'play-integrity'],
    ]);
  });

  it('is refused where it is bound to another request', async () => {
    const lab = await labWithKeys();
    const [enrolment, other] = [await prepared(lab), await prepared(lab)];
    const playIntegrity = await verdictFor(kind, other);
    const { code, failed } = refusalOf(
      await lab.enrolClient().enrol({ ...enrolment, playIntegrity }),
    );
    const field = kind === 'classic' ? 'nonce' : 'request-hash';
    expect({ code, failed }).toEqual({
      ...{ code: 'challenge_mismatch', failed: [`play-integrity/${field}-matches`] },
    });
  });

  it.each(['accepted', 'demanded'] as const)(
    'is refused for what it says of the phone, where verdicts are %s',
    async (playIntegrity) => {
      const lab = await labWithKeys({ playIntegrity });
      const enrolment = await prepared(lab);
      const rooted = { locked: false, bootState: 'unverified', jailbroken: true };
      const verdict = await verdictFor(kind, enrolment, rooted);
      const { code, failed } = refusalOf(
        await lab.enrolClient().enrol({ ...enrolment, playIntegrity: verdict }),
      );
      expect({ code, failed }).toEqual({
        code: 'app_identity_mismatch',
        failed: [
          ...['play-integrity/app-recognized', 'play-integrity/signer-matches'],
          'play-integrity/device-integrity-met',
        ],
      });
    },
  );

  it('is not looked at where verdicts are ignored', async () => {
    const lab = await demanding({ playIntegrity: 'ignored' });
    const playIntegrity = { kind, token: 'no token' };
    valueOf(await lab.enrolClient().enrol({ ...(await prepared(lab)), playIntegrity }));
  });
});

describe('a relying party that wants verdicts', () => {
  it('refuses an Android phone without one, and asks iPhones for none', async () => {
    const lab = await demanding();
    expect(refusalOf(await lab.enrolClient().enrol(await prepared(lab)))).toMatchObject({
      ...{ code: 'evidence_missing', failed: ['enrolment/play-integrity-present'] },
    });
    const subject = newSubject();
    const { challenge } = valueOf(await lab.enrolClient().requestTlsChallenge(subject));
    const phone = iPhone(lab.vendors);
    const { csr, evidence } = await phone.prepare(challenge, { purpose: 'tls', rpId: RP_ID });
    valueOf(await lab.enrolClient().enrol({ subject, challenge, csr, evidence }));
  });

  it('takes sideloaded apps where its policy only reports what Play recognises', async () => {
    const reported: AppraisalPolicy = {
      ...LAB,
      required: LAB.required.filter((id) => id !== 'play-integrity/app-recognized'),
      reported: [...LAB.reported, 'play-integrity/app-recognized'],
    };
    for (const [policy, status] of [
      [LAB, 403],
      [reported, 201],
    ] as const) {
      const lab = await labWithKeys({ policy });
      const enrolment = await prepared(lab);
      const sideloaded = { play: { appsFrom: 'sideloading' } };
      const playIntegrity = await verdictFor('standard', enrolment, sideloaded);
      const answer = await lab.enrolClient().enrol({ ...enrolment, playIntegrity });
      expect(answer.status).toBe(status);
    }
  });

  it('does not take a standard token twice, since its verdicts are gone by then', async () => {
    const lab = await labWithKeys();
    const enrolment = await prepared(lab);
    const playIntegrity = await verdictFor('standard', enrolment);
    vendor.decodeIntegrityToken(playIntegrity.token);
    const answer = await lab.enrolClient().enrol({ ...enrolment, playIntegrity });
    expect(refusalOf(answer).failed).toContain('play-integrity/device-integrity-met');
  });

  it('refuses every standard token where nobody decodes them', async () => {
    const lab = await startTestLab({ playIntegrity: 'accepted' });
    opened.push(lab);
    const enrolment = await prepared(lab);
    const playIntegrity = await verdictFor('standard', enrolment);
    expect(refusalOf(await lab.enrolClient().enrol({ ...enrolment, playIntegrity }))).toMatchObject(
      { code: 'evidence_malformed', failed: ['enrolment/play-integrity-decoded'] },
    );
  });

  it('fails itself, and refuses nobody, where Google does not answer', async () => {
    const decoder = { decode: () => Promise.reject(new Error('no answer')) };
    const lab = await demanding({ playIntegrityDecoder: decoder });
    const enrolment = await prepared(lab);
    const playIntegrity = await verdictFor('standard', enrolment);
    await expect(lab.enrolClient().enrol({ ...enrolment, playIntegrity })).rejects.toMatchObject({
      code: 'ERR_RELYING_PARTY',
    });
    expect(lab.faults).toHaveLength(1);
  });
});
