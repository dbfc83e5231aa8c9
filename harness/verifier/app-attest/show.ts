import {
  credentialFacts,
  showExtension,
  type AppAttestReceipt,
} from '../../evidence/app-attest/index.js';
import type { AuthenticatorData } from '../../evidence/app-attest/index.js';
import type { Certificate } from '../../encoding/certificate.js';
import { toHex } from '../../encoding/bytes.js';
import type { Claims } from '../result.js';

/** Claims that attestations and assertions share. */
export function authDataClaims(authData: AuthenticatorData): Claims {
  const { raw, flags, counter, rpIdHash, extensions } = authData;
  return {
    flags: `0x${toHex(Uint8Array.of(flags))}`,
    counter,
    authDataLength: raw.length,
    rpIdHashHex: toHex(rpIdHash),
    authDataExtensions: Object.fromEntries(
      extensions.map(({ name, value }) => [name, showExtension(value)]),
    ),
  };
}

/** Claims of a credential certificate. */
export function credentialClaims(certificate: Certificate): Claims {
  const { appId, osVersion, osBuild, appleExtensions } = credentialFacts(certificate);
  return {
    leafSerial: certificate.serial,
    leafNotBefore: isoSeconds(certificate.notBeforeMs),
    leafNotAfter: isoSeconds(certificate.notAfterMs),
    appIdExt: appId,
    osVersionExt: osVersion,
    osBuildExt: osBuild,
    appleExtensions,
  };
}

/** Claims of a receipt; times as Apple wrote them. */
export function receiptClaims(receipt: AppAttestReceipt): Claims {
  return {
    type: receipt.type,
    appId: receipt.appId,
    environment: receipt.environment,
    creationTime: receipt.creationTime.text,
    expirationTime: receipt.expirationTime.text,
    clientHashLength: receipt.clientHash.length,
    fields: receipt.fields,
    ...(receipt.riskMetric === null ? {} : { riskMetric: receipt.riskMetric }),
    ...(receipt.notBefore === null ? {} : { notBefore: receipt.notBefore.text }),
  };
}

function isoSeconds(atMs: number): string {
  return new Date(atMs).toISOString().replace('.000Z', 'Z');
}
