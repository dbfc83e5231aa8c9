import { toHex } from '../../../encoding/bytes.js';
import { environmentOf } from '../../../evidence/app-attest/index.js';
import type { Claims } from '../../result.js';
import { authDataClaims, credentialClaims, receiptClaims } from '../show.js';
import type { AttestationSubject } from './subject.js';

/**
 * Claims of an attestation: `environment`, `flags`, `counter`, `authDataLength`, `rpIdHashHex`,
 * `publicKeyHex`, `keyIdHex`, `authDataExtensions`, those of the credential certificate (`leaf…`,
 * `…Ext`, `appleExtensions`), `receipt` and `receiptCmsVerifies`. `keyProtection` is about the key
 * that gets enrolled: App Attest vouches for it and does not say where it lives.
 */
export function attestationClaims({ view }: AttestationSubject): Claims {
  if (view === null) return {};
  const { object, receiptOrigin } = view;
  const { authData, certificates, receipt } = object;
  return {
    keyProtection: 'vouched',
    environment: environmentOf(authData.aaguid),
    publicKeyHex: toHex(authData.publicKey),
    keyIdHex: toHex(authData.credentialId),
    ...authDataClaims(authData),
    ...credentialClaims(certificates[0]),
    receipt: receipt.ok ? receiptClaims(receipt.value) : null,
    receiptCmsVerifies:
      receiptOrigin.status === 'not-applicable' ? null : receiptOrigin.status === 'passed',
  };
}
