import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toBase64, toHex, utf8 } from '../../encoding/bytes.js';
import { failing, LAB } from '../../verifier/index.js';
import {
  mintReceipt,
  type ReceiptContent,
} from '../../virtual-lab/secure-hardware/app-attest-receipt.js';
import { createVendorRoots } from '../../virtual-lab/secure-hardware/index.js';
import {
  recordedReceiptRefresher,
  riskOf,
  TrafficLog,
  type AppleAnswer,
  type AppraisalEvent,
  type ReceiptEvent,
  type ReceiptRefresher,
} from '../index.js';
import { enrolled, valueOf } from '../testing/enrolled-phone.js';
import { RP_ID, startTestLab, type TestLab } from '../testing/test-lab.js';
import { androidPhone, iPhone, TEST_APP_ID } from '../testing/test-phone.js';

const DAY_MS = 86_400_000;

let lab: TestLab;
let told: ReceiptEvent[] = [];
let asked: Uint8Array[] = [];
let faults: unknown[] = [];
let failure: Error | null = null;
let lastEvidence: AppraisalEvent['input']['evidence'] | null = null;
let monitor = new TrafficLog();
/** What Apple's server answered when it was recorded, by receipt; filled as phones enrol. */
const records = new Map<string, AppleAnswer>();

beforeEach(async () => {
  [told, asked, faults, failure] = [[], [], [], null];
  records.clear();
  monitor = new TrafficLog();
  const recorded = recordedReceiptRefresher((sha256) => records.get(sha256) ?? null);
  const receiptRefresher: ReceiptRefresher = {
    refresh(receipt) {
      asked.push(receipt);
      return failure === null ? recorded.refresh(receipt) : Promise.reject(failure);
    },
  };
  lab = await startTestLab({
    ...{ receiptRefresher, monitor },
    events: {
      onReceiptRefreshed: (event) => told.push(event),
      onAppraisal: ({ input: { evidence } }) => {
        if (evidence.format === 'app-attest-attestation') lastEvidence = evidence;
      },
      onFault: (error) => faults.push(error),
    },
  });
});

afterEach(async () => {
  await lab.party.close();
});

/** The attestation that was appraised last. */
function lastAttestation() {
  if (lastEvidence?.format !== 'app-attest-attestation' || !lastEvidence.parsed.ok) {
    throw new Error('no attestation was appraised');
  }
  return lastEvidence.parsed.value;
}

const answer = (status: number, retryAfter: string | null = null): AppleAnswer => ({
  ...{ status, retryAfter, body: new Uint8Array() },
});
const newer = (receipt: Uint8Array): AppleAnswer => ({
  ...{ ...answer(200), body: utf8(toBase64(receipt)) },
});
const digest = (bytes: Uint8Array) => toHex(createHash('sha256').update(bytes).digest());
const soon = () => new Date(Date.now() + 60_000);

/** What Apple's server says of the key attested last, a little later. */
function contentOf(changes: Partial<ReceiptContent> = {}): ReceiptContent {
  const [{ raw: certificate }] = lastAttestation().certificates;
  return {
    ...{ appId: TEST_APP_ID, certificate, clientDataHash: new Uint8Array(32) },
    ...{ environment: 'development', createdAt: soon() },
    ...changes,
  };
}

/** A receipt that Apple's server gives out for that key. */
function newerReceipt(changes: Partial<ReceiptContent> = {}, vendors = lab.vendors): Uint8Array {
  const risk = { metric: 3, notBefore: new Date(soon().getTime() + DAY_MS) };
  return mintReceipt(vendors.receipts, contentOf({ risk, ...changes }));
}

const refresh = async () => {
  await lab.party.receipts?.refreshDue();
};

describe('receipts of App Attest', () => {
  it('are refreshed once they are due, by the newest each time, and tell of the risk metric', async () => {
    const { registrationId } = await enrolled(lab, iPhone(lab.vendors));
    const first = lastAttestation().receiptBytes;
    const second = newerReceipt();
    records.set(digest(first), newer(second));
    await refresh();
    expect(told).toMatchObject([{ registrationId, accepted: true, riskMetric: 3 }]);
    await refresh();
    expect(asked.map(digest)).toEqual([digest(first)]);

    lab.advanceClock(DAY_MS + 120_000);
    const createdAt = new Date(Date.now() + DAY_MS + 100_000);
    const third = newerReceipt({ createdAt, risk: { metric: 40, notBefore: createdAt } });
    records.set(digest(second), newer(third));
    await refresh();
    expect(asked.map(digest)).toEqual([digest(first), digest(second)]);
    expect(told.map(({ riskMetric }) => riskMetric)).toEqual([3, 40]);
    expect(faults).toEqual([]);
  });

  it('are asked for no more than hourly where there is nothing newer, and not once they ended', async () => {
    await enrolled(lab, iPhone(lab.vendors));
    records.set(digest(lastAttestation().receiptBytes), answer(304));
    await refresh();
    await refresh();
    expect([asked.length, told.length]).toEqual([1, 0]);
    lab.advanceClock(3_600_001);
    await refresh();
    expect(asked).toHaveLength(2);
    lab.advanceClock(91 * DAY_MS);
    await refresh();
    expect([asked.length, told.length]).toEqual([2, 0]);
  });

  it('of Android phones are none', async () => {
    await enrolled(lab, androidPhone(lab.vendors));
    await refresh();
    expect(asked).toEqual([]);
  });

  it.each([
    ['of another app', () => newerReceipt({ appId: 'ATTESTLAB0.org.other' }), 'app-matches'],
    ['of another hierarchy', () => newerReceipt({}, createVendorRoots()), 'signer-trusted'],
    ['that is none', () => Uint8Array.of(1), 'well-formed'],
  ])('%s are not taken, and say why', async (_, other, check) => {
    await enrolled(lab, iPhone(lab.vendors));
    const first = lastAttestation().receiptBytes;
    records.set(digest(first), newer(other()));
    await refresh();
    expect(told).toMatchObject([{ accepted: false, riskMetric: null }]);
    expect(told.flatMap(({ result }) => failing(result))).toContain(`app-attest-receipt/${check}`);
    lab.advanceClock(3_600_001);
    await refresh();
    expect(asked.map(digest)).toEqual([digest(first), digest(first)]);
  });

  it.each([
    ['that is older', () => newerReceipt({ createdAt: new Date(Date.now() - DAY_MS) })],
    ['of an attestation', () => mintReceipt(lab.vendors.receipts, contentOf())],
  ])('%s tell of no risk, though they are genuine', async (_, other) => {
    await enrolled(lab, iPhone(lab.vendors));
    records.set(digest(lastAttestation().receiptBytes), newer(other()));
    await refresh();
    expect(told).toMatchObject([{ accepted: false, riskMetric: null }]);
    expect(told.flatMap(({ result }) => failing(result))).toEqual([]);
  });

  it('that nothing is known of any more are asked for again the next day', async () => {
    await enrolled(lab, iPhone(lab.vendors));
    records.set(digest(lastAttestation().receiptBytes), answer(404));
    await refresh();
    lab.advanceClock(3_600_001);
    await refresh();
    expect(asked).toHaveLength(1);
    lab.advanceClock(DAY_MS);
    await refresh();
    expect([asked.length, told.length, faults.length]).toEqual([2, 0, 0]);
  });

  it('that are refused are a fault, keep none of the others waiting and are asked for again', async () => {
    for (const status of [400, 200]) {
      await enrolled(lab, iPhone(lab.vendors));
      records.set(digest(lastAttestation().receiptBytes), answer(status));
    }
    await enrolled(lab, iPhone(lab.vendors));
    await refresh();
    expect(asked).toHaveLength(3);
    expect(faults.map(String)).toEqual([
      expect.stringContaining('status 400'),
      expect.stringContaining('status 200 with what is no base64'),
      expect.stringContaining('no answer is recorded'),
    ]);
    await refresh();
    expect(asked).toHaveLength(3);
    lab.advanceClock(3_600_001);
    await refresh();
    expect(asked).toHaveLength(6);
  });

  it.each([
    ['401', answer(401)],
    ['429', answer(429)],
    ['503', answer(503)],
  ])('are left alone for a while after status %s, longer each time', async (status, given) => {
    for (let count = 0; count < 3; count++) {
      await enrolled(lab, iPhone(lab.vendors));
      records.set(digest(lastAttestation().receiptBytes), given);
    }
    for (const [afterMs, count] of [
      [0, 1],
      [59_000, 1],
      [2_000, 2],
      [118_000, 2],
      [3_000, 3],
    ] as const) {
      lab.advanceClock(afterMs);
      await refresh();
      expect([afterMs, asked.length]).toEqual([afterMs, count]);
    }
    // Another receipt each time: one that Apple cannot take must not stand before the others.
    expect(new Set(asked.map(digest)).size).toBe(3);
    expect(faults.map(String)).toEqual(Array(3).fill(expect.stringContaining(`status ${status}`)));
  });

  it('are left alone for as long as the server says, and no longer than a day', async () => {
    await enrolled(lab, iPhone(lab.vendors));
    records.set(digest(lastAttestation().receiptBytes), answer(429, '7200'));
    await enrolled(lab, iPhone(lab.vendors));
    records.set(digest(lastAttestation().receiptBytes), answer(429, '999999999'));
    await refresh();
    lab.advanceClock(7_199_000);
    await refresh();
    expect(asked).toHaveLength(1);
    lab.advanceClock(2_000);
    await refresh();
    expect(asked).toHaveLength(2);
    lab.advanceClock(DAY_MS + 1_000);
    await refresh();
    expect(asked).toHaveLength(3);
  });

  it('are a fault where the refresher breaks, each by itself', async () => {
    await enrolled(lab, iPhone(lab.vendors));
    await enrolled(lab, iPhone(lab.vendors));
    failure = new Error('a bug');
    await refresh();
    expect(faults).toEqual([failure, failure]);
  });

  it('make Apple’s count a signal of every key of the phone', async () => {
    const { tlsKey, registrationId } = await enrolled(lab, iPhone(lab.vendors));
    const risk = { metric: 40, notBefore: new Date(soon().getTime() + DAY_MS) };
    records.set(digest(lastAttestation().receiptBytes), newer(newerReceipt({ risk })));
    const deviceKeys = () =>
      riskOf(monitor, tlsKey.keyId, soon()).signals.find(({ id }) => id === 'device-keys');
    expect(deviceKeys()).toMatchObject({ status: 'insufficient', raised: false });
    await refresh();
    expect(deviceKeys()).toMatchObject({ status: 'measured', value: 40, raised: true });
    expect(riskOf(monitor, tlsKey.keyId, soon()).suspected.farm).toContain('device-keys');
    expect(monitor.riskMetricsOf(registrationId)).toMatchObject([{ riskMetric: 40 }]);
  });

  it('that are not good, or say no count, are no signal', async () => {
    const { registrationId } = await enrolled(lab, iPhone(lab.vendors));
    const other = newerReceipt({ appId: 'ATTESTLAB0.org.other' });
    records.set(digest(lastAttestation().receiptBytes), newer(other));
    await refresh();
    expect([told.length, monitor.riskMetricsOf(registrationId)]).toEqual([1, []]);
  });

  it('come anew with a renewal that attests another key', async () => {
    const phone = iPhone(lab.vendors);
    const { identity, registrationId } = await enrolled(lab, phone);
    const client = lab.apiClient(identity);
    const { challenge } = valueOf(await client.requestRenewalChallenge());
    const { csr, evidence } = await phone.prepare(challenge, { purpose: 'tls', rpId: RP_ID });
    valueOf(await client.renew({ challenge, csr, evidence }));
    const { receiptBytes } = lastAttestation();
    records.set(digest(receiptBytes), newer(newerReceipt()));
    await refresh();
    expect(told).toMatchObject([{ registrationId, riskMetric: 3 }]);
  });
});

describe('a relying party without a refresher', () => {
  it('keeps no receipts', async () => {
    const other = await startTestLab({ policy: LAB });
    expect(other.party.receipts).toBeNull();
    await other.party.close();
  });
});
