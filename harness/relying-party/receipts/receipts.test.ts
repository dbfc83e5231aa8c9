import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toHex } from '../../encoding/bytes.js';
import { failing, LAB } from '../../verifier/index.js';
import {
  mintReceipt,
  type ReceiptContent,
} from '../../virtual-lab/secure-hardware/app-attest-receipt.js';
import { createVendorRoots } from '../../virtual-lab/secure-hardware/index.js';
import {
  recordedReceiptRefresher,
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
/** What Apple's server has recorded, by receipt; filled as phones enrol. */
const records = new Map<string, Uint8Array | null>();

beforeEach(async () => {
  [told, asked, faults, failure] = [[], [], [], null];
  records.clear();
  const recorded = recordedReceiptRefresher(records);
  const receiptRefresher: ReceiptRefresher = {
    refresh(receipt) {
      asked.push(receipt);
      return failure === null ? recorded.refresh(receipt) : Promise.reject(failure);
    },
  };
  lab = await startTestLab({
    receiptRefresher,
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
    records.set(digest(first), second);
    await refresh();
    expect(told).toMatchObject([{ registrationId, accepted: true, riskMetric: 3 }]);
    await refresh();
    expect(asked.map(digest)).toEqual([digest(first)]);

    lab.advanceClock(DAY_MS + 120_000);
    const createdAt = new Date(Date.now() + DAY_MS + 100_000);
    const third = newerReceipt({ createdAt, risk: { metric: 40, notBefore: createdAt } });
    records.set(digest(second), third);
    await refresh();
    expect(asked.map(digest)).toEqual([digest(first), digest(second)]);
    expect(told.map(({ riskMetric }) => riskMetric)).toEqual([3, 40]);
    expect(faults).toEqual([]);
  });

  it('are asked for no more than hourly where there is nothing newer, and not once they ended', async () => {
    await enrolled(lab, iPhone(lab.vendors));
    records.set(digest(lastAttestation().receiptBytes), null);
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
    records.set(digest(first), other());
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
    records.set(digest(lastAttestation().receiptBytes), other());
    await refresh();
    expect(told).toMatchObject([{ accepted: false, riskMetric: null }]);
    expect(told.flatMap(({ result }) => failing(result))).toEqual([]);
  });

  it('that Apple does not answer for are a fault, keep none of the others waiting and are asked for again', async () => {
    await enrolled(lab, iPhone(lab.vendors));
    await enrolled(lab, iPhone(lab.vendors));
    failure = new Error('no answer');
    await refresh();
    expect(asked).toHaveLength(2);
    expect(faults).toEqual([failure, failure]);
    await refresh();
    expect(asked).toHaveLength(4);
  });

  it('come anew with a renewal that attests another key', async () => {
    const phone = iPhone(lab.vendors);
    const { identity, registrationId } = await enrolled(lab, phone);
    const client = lab.apiClient(identity);
    const { challenge } = valueOf(await client.requestRenewalChallenge());
    const { csr, evidence } = await phone.prepare(challenge, { purpose: 'tls', rpId: RP_ID });
    valueOf(await client.renew({ challenge, csr, evidence }));
    const { receiptBytes } = lastAttestation();
    records.set(digest(receiptBytes), newerReceipt());
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
