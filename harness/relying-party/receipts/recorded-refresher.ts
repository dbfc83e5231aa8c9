import { createHash } from 'node:crypto';
import { toHex } from '../../encoding/bytes.js';
import { readAppleAnswer, type AppleAnswer } from './apple-answer.js';
import type { ReceiptRefresher } from './refresher.js';

/** Answers as Apple's server did when it was recorded, and asks nobody. */
export function recordedReceiptRefresher(
  /** By the SHA-256 of the receipt that was asked about, in lower-case hex; null where none is recorded. */
  answerTo: (sha256: string) => AppleAnswer | null,
  clock: () => Date = () => new Date(),
): ReceiptRefresher {
  return {
    refresh(receipt) {
      const digest = toHex(createHash('sha256').update(receipt).digest());
      const recorded = answerTo(digest);
      return Promise.resolve(
        recorded === null
          ? { outcome: 'refused', reason: `no answer is recorded for the receipt ${digest}` }
          : readAppleAnswer(recorded, clock()),
      );
    },
  };
}
