import { describe, expect, it } from 'vitest';
import { encodeCbor } from '../../encoding/cbor.js';
import { readCertificate } from '../../encoding/certificate.js';
import { buildCertificate } from '../../encoding/certificate-builder.js';
import { NAME_OID } from '../../encoding/distinguished-name.js';
import { mintAndroidChain, newTestKey } from '../testing/mint-android-chain.js';
import { PROVISIONING_INFO_OID, provisioningInfo } from './provisioning-info.js';

const key = newTestKey();
const name = [{ oid: NAME_OID.commonName, value: 'authority' }];

function authority(value: Uint8Array) {
  return readCertificate(
    buildCertificate({
      ...{ serial: 1n, issuer: name, subject: name, notBeforeMs: 0, notAfterMs: 1 },
      ...{ spki: key.spki, signer: key.signer },
      extensions: [{ oid: PROVISIONING_INFO_OID, value }],
    }),
  );
}

const [leaf] = mintAndroidChain().map((certificate) => readCertificate(certificate));
const infoOf = (value: Uint8Array) =>
  provisioningInfo(leaf === undefined ? [] : [leaf, authority(value)]);

describe('provisioning info', () => {
  it('says how many certificates were issued, as a number or, beyond 2^53, a text', () => {
    expect(infoOf(encodeCbor(new Map([[1, 37]])))).toEqual({ certificatesIssued: 37 });
    expect(infoOf(encodeCbor(new Map([[1, 2n ** 60n]])))).toEqual({
      certificatesIssued: String(2n ** 60n),
    });
    expect(infoOf(encodeCbor(new Map([[4, 'maker']])))).toEqual({ certificatesIssued: null });
  });

  it('says that it is malformed where it is', () => {
    expect(infoOf(encodeCbor([1]))).toMatchObject({ malformed: expect.any(String) as string });
    expect(infoOf(encodeCbor(new Map([[1, 'many']])))).toMatchObject({
      malformed: expect.stringContaining('integer') as string,
    });
    expect(infoOf(Uint8Array.of(0xa1))).toMatchObject({ malformed: expect.any(String) as string });
  });

  it('is not read from the leaf, whose holder may say what he likes', () => {
    expect(provisioningInfo([authority(encodeCbor(new Map([[1, 1]])))])).toBeUndefined();
    expect(provisioningInfo(leaf === undefined ? [] : [leaf])).toBeUndefined();
  });
});
