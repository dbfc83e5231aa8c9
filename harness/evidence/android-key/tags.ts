/** How the value of an authorization tag is encoded. */
export type TagKind = 'integers' | 'integer' | 'null' | 'octets' | 'root-of-trust';

/**
 * Every authorization tag that a schema of Android Key Attestation defines, versions 1 to 500
 * (source.android.com/docs/security/features/keystore/attestation, "Schema"). Others are unknown:
 * kept, shown, and refused only by policy.
 */
export const TAGS: Readonly<Record<number, { readonly name: string; readonly kind: TagKind }>> = {
  1: { name: 'purpose', kind: 'integers' },
  2: { name: 'algorithm', kind: 'integer' },
  3: { name: 'keySize', kind: 'integer' },
  4: { name: 'blockMode', kind: 'integers' },
  5: { name: 'digest', kind: 'integers' },
  6: { name: 'padding', kind: 'integers' },
  7: { name: 'callerNonce', kind: 'null' },
  8: { name: 'minMacLength', kind: 'integer' },
  10: { name: 'ecCurve', kind: 'integer' },
  11: { name: 'mlDsaVariant', kind: 'integer' },
  200: { name: 'rsaPublicExponent', kind: 'integer' },
  203: { name: 'mgfDigest', kind: 'integers' },
  303: { name: 'rollbackResistance', kind: 'null' },
  305: { name: 'earlyBootOnly', kind: 'null' },
  400: { name: 'activeDateTime', kind: 'integer' },
  401: { name: 'originationExpireDateTime', kind: 'integer' },
  402: { name: 'usageExpireDateTime', kind: 'integer' },
  405: { name: 'usageCountLimit', kind: 'integer' },
  502: { name: 'userSecureId', kind: 'integer' },
  503: { name: 'noAuthRequired', kind: 'null' },
  504: { name: 'userAuthType', kind: 'integer' },
  505: { name: 'authTimeout', kind: 'integer' },
  506: { name: 'allowWhileOnBody', kind: 'null' },
  507: { name: 'trustedUserPresenceRequired', kind: 'null' },
  508: { name: 'trustedConfirmationRequired', kind: 'null' },
  509: { name: 'unlockedDeviceRequired', kind: 'null' },
  600: { name: 'allApplications', kind: 'null' },
  601: { name: 'applicationId', kind: 'octets' },
  701: { name: 'creationDateTime', kind: 'integer' },
  702: { name: 'origin', kind: 'integer' },
  703: { name: 'rollbackResistant', kind: 'null' },
  704: { name: 'rootOfTrust', kind: 'root-of-trust' },
  705: { name: 'osVersion', kind: 'integer' },
  706: { name: 'osPatchLevel', kind: 'integer' },
  709: { name: 'attestationApplicationId', kind: 'octets' },
  710: { name: 'attestationIdBrand', kind: 'octets' },
  711: { name: 'attestationIdDevice', kind: 'octets' },
  712: { name: 'attestationIdProduct', kind: 'octets' },
  713: { name: 'attestationIdSerial', kind: 'octets' },
  714: { name: 'attestationIdImei', kind: 'octets' },
  715: { name: 'attestationIdMeid', kind: 'octets' },
  716: { name: 'attestationIdManufacturer', kind: 'octets' },
  717: { name: 'attestationIdModel', kind: 'octets' },
  718: { name: 'vendorPatchLevel', kind: 'integer' },
  719: { name: 'bootPatchLevel', kind: 'integer' },
  720: { name: 'deviceUniqueAttestation', kind: 'null' },
  723: { name: 'attestationIdSecondImei', kind: 'octets' },
  724: { name: 'moduleHash', kind: 'octets' },
};

/** Tags that checks and claims ask for by name. */
export const TAG_NUMBER = {
  purpose: 1,
  mlDsaVariant: 11,
  usageCountLimit: 405,
  allApplications: 600,
  creationDateTime: 701,
  origin: 702,
  rootOfTrust: 704,
  osVersion: 705,
  osPatchLevel: 706,
  attestationApplicationId: 709,
  vendorPatchLevel: 718,
  bootPatchLevel: 719,
  moduleHash: 724,
} as const;

/** What a key may be used for (KeyMint `KeyPurpose`). */
export const PURPOSE = { sign: 2, verify: 3, attestKey: 7 } as const;

/** `Origin` of a key that was made inside and never left (KeyMint `KeyOrigin`). */
export const ORIGIN_GENERATED = 0;
