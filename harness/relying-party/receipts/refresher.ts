import { createHash } from 'node:crypto';
import { toHex } from '../../encoding/bytes.js';
import { HarnessError } from '../../errors.js';

/** Exchanges a receipt of App Attest for a newer one, which nobody but Apple's server can. */
export interface ReceiptRefresher {
  /**
   * A newer receipt, or null where there is none to be had: the old one is not due yet, or nothing
   * is known of it any more. Throws where there is no answer: nothing was learnt then.
   */
  refresh(receipt: Uint8Array): Promise<Uint8Array | null>;
}

/** Answers as it was recorded, by the SHA-256 of the receipt in lower-case hex; asks nobody. */
export function recordedReceiptRefresher(
  records: ReadonlyMap<string, Uint8Array | null>,
): ReceiptRefresher {
  return {
    refresh(receipt) {
      const digest = toHex(createHash('sha256').update(receipt).digest());
      const recorded = records.get(digest);
      if (recorded !== undefined) return Promise.resolve(recorded);
      const message = `no answer is recorded for the receipt ${digest}`;
      return Promise.reject(new HarnessError('ERR_RELYING_PARTY', message));
    },
  };
}
