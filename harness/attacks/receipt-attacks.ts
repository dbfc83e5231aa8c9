import { concatBytes } from '../encoding/bytes.js';
import { DAY_MS, type ReceiptAttack } from './attack.js';
import { flipBit } from './edit-der.js';

const GUIDE = 'Apple, Assessing fraud risk';

/** Bytes follow the receipt. */
export const receiptTrailingByte = on({
  id: 'app-attest-receipt/trailing-byte',
  description: 'appends a byte, so that a lax parser and a digest see two receipts',
  needs: [],
  failing: ['app-attest-receipt/well-formed'],
  references: ['ITU-T X.690, 10', 'RFC 5652, 5.1'],
  mutate: (receipt) => concatBytes(receipt, Uint8Array.of(0)),
});

/** One bit of the signature is turned over. */
export const receiptSignatureBit = on({
  id: 'app-attest-receipt/signature-bit',
  description: 'turns over the last bit of the signature, as a receipt nobody signed would look',
  needs: [],
  failing: ['app-attest-receipt/signature-verifies'],
  references: [`${GUIDE}: verify the signature`, 'RFC 5652, 5.6'],
  mutate: (receipt) => flipBit(receipt, -1),
});

/** Another certificate of the vendor's signs. */
export const receiptByMerchant = on({
  id: 'app-attest-receipt/merchant-signed',
  description: 'signs a receipt with a certificate of the same hierarchy that merchants can have',
  needs: ['own-key'],
  failing: ['app-attest-receipt/signer-marked'],
  references: [`${GUIDE}: the marker 1.2.840.113635.100.12.15`],
  mutate: (_receipt, { merchantSigned }) => merchantSigned,
});

/** The hierarchy is the attacker's. */
export const receiptOwnHierarchy = on({
  id: 'app-attest-receipt/own-hierarchy',
  description: 'signs a receipt under a hierarchy of his own, marker and all',
  needs: ['own-key'],
  failing: ['app-attest-receipt/signer-trusted'],
  references: [`${GUIDE}: the chain ends in Apple Root CA - G3`, 'CWE-296'],
  mutate: (_receipt, { ownHierarchy }) => ownHierarchy,
});

/** The receipt is dated before its signer was valid. */
export const receiptBackdated = on({
  id: 'app-attest-receipt/backdated',
  description: 'dates a receipt back to when the signer’s certificate did not hold yet',
  needs: ['leaked-vendor-key'],
  failing: ['app-attest-receipt/signer-valid'],
  references: ['RFC 5280, 6.1.3 (a)(2)'],
  mutate: (_receipt, { backdated }) => backdated,
});

/** The receipt is another app's. */
export const receiptOfOtherApp = on({
  id: 'app-attest-receipt/other-app',
  description: 'shows the receipt that another app got on the same phone',
  needs: ['other-app'],
  failing: ['app-attest-receipt/app-matches'],
  references: [`${GUIDE}: field 2`],
  mutate: (_receipt, { otherApp }) => otherApp,
});

/** The receipt is another key's. */
export const receiptOfOtherKey = on({
  id: 'app-attest-receipt/other-key',
  description: 'shows the receipt of a phone that nobody ever suspected',
  needs: ['earlier-evidence'],
  failing: ['app-attest-receipt/key-matches'],
  references: [`${GUIDE}: field 3`],
  mutate: (_receipt, { otherKey }) => otherKey,
});

/** The receipt is presented long after it was made. */
export const receiptTooOld = on({
  id: 'app-attest-receipt/too-old',
  description: 'goes on showing a receipt from before the phone was used for fraud',
  needs: ['earlier-evidence'],
  failing: ['app-attest-receipt/not-too-old'],
  references: [`${GUIDE}: field 21, 90 days`],
  afterMs: 400 * DAY_MS,
  mutate: (receipt) => receipt,
});

/** The receipt is presented before it was made. */
export const receiptFromFuture = on({
  id: 'app-attest-receipt/from-the-future',
  description: 'shows a receipt that is dated ahead, which no limit of age will ever catch',
  needs: ['leaked-vendor-key'],
  failing: ['app-attest-receipt/not-from-future'],
  references: [`${GUIDE}: field 12`],
  afterMs: -DAY_MS,
  mutate: (receipt) => receipt,
});

function on(
  attack: Omit<ReceiptAttack, 'applies' | 'failing'> & {
    readonly failing: NonNullable<ReceiptAttack['failing']['app-attest-receipt']>;
  },
): ReceiptAttack {
  return {
    ...attack,
    applies: 'app-attest-receipt',
    failing: { 'app-attest-receipt': attack.failing },
  };
}
