import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readSecret } from '../owner-only.js';
import { utf8 } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import type { Lab } from '../farm/lab.js';
import { loadReceiptAnswers } from '../farm/receipts.js';
import {
  APPLE_RECEIPT_SERVERS,
  appleReceiptRefresher,
  appleToken,
  recordedReceiptRefresher,
  type ReceiptRefresher,
} from '../relying-party/index.js';

/** What refreshes the receipts of a lab's phones. */
export interface OpenedReceipts {
  readonly refresher: ReceiptRefresher;
  /** The server that is asked, or the folder that answers in its place. */
  readonly source: string;
}

/** Reads the files that a lab names for receipts; whatever is wrong with one is found here. */
export function openReceipts({ receipts, referenceValues }: Lab): OpenedReceipts | null {
  if (receipts === null) return null;
  if (receipts.refresher === 'recorded') return recorded(receipts.answers);
  // A receipt is known to the server of its app's environment alone, and to its team.
  const { teamId, environment } = referenceValues.apple;
  const { keyId, key, origin = APPLE_RECEIPT_SERVERS[environment] } = receipts;
  const authorization = appleToken({ teamId, keyId, privateKey: readTeamKey(key) });
  return { refresher: appleReceiptRefresher({ origin, authorization }), source: origin };
}

/** The private key of a team in a .p8 file, which the owner alone may read. */
export function readTeamKey(file: string): KeyObject {
  const key = privateKey(readSecret(file));
  if (key?.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  throw new HarnessError(
    'ERR_FILE_INVALID',
    `${file}: is no private key on P-256: take the .p8 file of a key with DeviceCheck`,
  );
}

function privateKey(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

function recorded(folder: string): OpenedReceipts {
  const answers = loadReceiptAnswers(folder);
  const refresher = recordedReceiptRefresher((sha256) => {
    const answer = answers.get(sha256);
    if (answer === undefined) return null;
    const { status, retryAfter = null, body } = answer;
    return { status, retryAfter, body: utf8(body) };
  });
  return { refresher, source: folder };
}
