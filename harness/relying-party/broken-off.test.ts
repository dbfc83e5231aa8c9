import { expect, it } from 'vitest';
import { MemoryStore } from './index.js';
import { newSubject, refusalOf, valueOf } from './testing/enrolled-phone.js';
import { RP_ID, startTestLab } from './testing/test-lab.js';
import { androidPhone } from './testing/test-phone.js';

const TLS = { purpose: 'tls', rpId: RP_ID } as const;

/** A store that breaks down between a registration and the record of its answer. */
class BreakingStore extends MemoryStore {
  override recordReply(): Promise<void> {
    return Promise.reject(new Error('the disk is gone'));
  }
}

it('says of itself that it broke, and is told of again as under way by who shares its store', async () => {
  const store = new BreakingStore();
  const [broken, healthy] = [await startTestLab({ store }), await startTestLab({ store })];
  const subject = newSubject();
  const { challenge } = valueOf(await broken.enrolClient().requestTlsChallenge(subject));
  const phone = androidPhone(broken.vendors);
  const { csr, evidence } = await phone.prepare(challenge, TLS);
  const request = { subject, challenge, csr, evidence };
  await expect(broken.enrolClient().enrol(request)).rejects.toThrow(/status 500/);
  expect(broken.exchanges.at(-1)).toMatchObject({ status: 500, code: 'internal' });
  expect(broken.faults).toEqual([new Error('the disk is gone')]);

  const again = refusalOf(await healthy.enrolClient().enrol(request));
  expect(again).toEqual({ code: 'request_in_progress', status: 409, failed: [] });
  const other = await phone.prepare(challenge, TLS);
  const changed = { subject, challenge, csr: other.csr, evidence: other.evidence };
  expect(refusalOf(await healthy.enrolClient().enrol(changed))).toMatchObject({
    code: 'challenge_replayed',
    failed: ['challenge/unspent'],
  });
  await Promise.all([broken.party.close(), healthy.party.close()]);
});
