import { createHash } from 'node:crypto';
import { equalBytes, toHex, utf8Text } from '../../encoding/bytes.js';
import type { Certificate } from '../../encoding/certificate.js';
import {
  TAG_NUMBER,
  weakerLevel,
  type AttestationRecord,
  type AuthorizationList,
  type KeyDescription,
} from '../../evidence/android-key/index.js';
import type { TrustSet } from '../../trust/trust-set.js';
import type { Claims, ClaimValue } from '../result.js';
import { provisioningOf } from './path.js';
import { provisioningInfo } from './provisioning-info.js';
import type { ChainView } from './subject.js';

const ORIGINS = ['GENERATED', 'DERIVED', 'IMPORTED', 'RESERVED', 'SECURELY_IMPORTED'];

const ATTESTED_IDS: readonly (readonly [number, string])[] = [
  [710, 'idBrand'],
  [711, 'idDevice'],
  [712, 'idProduct'],
  [713, 'idSerial'],
  [714, 'idImei'],
  [723, 'idSecondImei'],
  [715, 'idMeid'],
  [716, 'idManufacturer'],
  [717, 'idModel'],
];

/**
 * Claims of a chain: where it ends and its serials, and of the record nearest the root, which alone
 * the vendor's key vouches for directly, what it says of key, phone and application. A name that
 * the record has nothing for is left out. Numbers beyond 2^53 are texts.
 */
export function claims(view: ChainView): Claims {
  const { chain, path } = view;
  const nearest = chain.records.at(-1);
  return {
    keyProtection: 'attested',
    chainLength: chain.certificates.length,
    anchor:
      path.anchor?.name ?? softwareRootName(chain.certificates.at(-1), view.trust) ?? 'unknown',
    provisioning: provisioningOf(path),
    attestationExtensionAt: chain.records.map(({ at }) => at),
    leafSubject: chain.leaf.subject.text,
    leafNotBefore: seconds(chain.leaf.notBeforeMs),
    leafNotAfter: seconds(chain.leaf.notAfterMs),
    serials: chain.certificates.map(({ serial }) => serial),
    leafPublicKeySha256: toHex(createHash('sha256').update(chain.leaf.spki).digest()),
    ...present({ provisioningInfo: provisioningInfo(chain.certificates) }),
    ...(nearest === undefined ? {} : recordClaims(nearest)),
  };
}

function recordClaims({ parsed }: AttestationRecord): Claims {
  if (!parsed.ok) return {};
  const record = parsed.value;
  const { softwareEnforced, hardwareEnforced } = record;
  return {
    attestationVersion: record.attestationVersion,
    securityLevel: record.attestationLevel,
    keyMintVersion: record.keyMintVersion,
    keyMintSecurityLevel: record.keyMintLevel,
    keyLevel: weakerLevel(record),
    challengeHex: toHex(record.challenge),
    uniqueIdHex: toHex(record.uniqueId),
    ...present({
      osVersion: whole(record, TAG_NUMBER.osVersion),
      patchLevel: whole(record, TAG_NUMBER.osPatchLevel),
      vendorPatchLevel: whole(record, TAG_NUMBER.vendorPatchLevel),
      bootPatchLevel: whole(record, TAG_NUMBER.bootPatchLevel),
    }),
    ...bootClaims(record),
    ...present({
      origin: originName(whole(record, TAG_NUMBER.origin)),
      purpose: pick(record, (list) => list.integerSets.get(TAG_NUMBER.purpose)),
    }),
    ...applicationClaims(record),
    ...present({
      creationDateTime: whole(record, TAG_NUMBER.creationDateTime),
      usageCountLimit: whole(record, TAG_NUMBER.usageCountLimit),
      mlDsaVariant: whole(record, TAG_NUMBER.mlDsaVariant),
      moduleHash: hex(record, TAG_NUMBER.moduleHash),
    }),
    ...attestedIds(record),
    softwareTags: softwareEnforced.tags,
    hardwareTags: hardwareEnforced.tags,
    unknownTags: [...softwareEnforced.unknownTags, ...hardwareEnforced.unknownTags].map(
      ({ tag }) => tag,
    ),
  };
}

function bootClaims(record: KeyDescription): Claims {
  const root = pick(record, (list) => list.rootOfTrust ?? undefined);
  if (root === undefined) return {};
  return {
    verifiedBootState: root.verifiedBootState,
    deviceLocked: root.deviceLocked,
    verifiedBootKeyHex: toHex(root.verifiedBootKey),
    ...(root.verifiedBootHash === null
      ? {}
      : { verifiedBootHashHex: toHex(root.verifiedBootHash) }),
    // DER has one octet for TRUE; a phone that writes another is worth a line in a report.
    ...(root.deviceLocked && root.deviceLockedOctet !== 0xff
      ? { deviceLockedDerByte: toHex(Uint8Array.of(root.deviceLockedOctet)) }
      : {}),
  };
}

function applicationClaims(record: KeyDescription): Claims {
  const application = pick(record, (list) => list.applicationId ?? undefined);
  if (application === undefined) return {};
  return {
    packageNames: application.packages.map(({ name }) => name),
    packageVersions: application.packages.map(({ version }) => wholeNumber(version)),
    signatureDigests: application.signatureDigests.map(toHex),
  };
}

function attestedIds(record: KeyDescription): Claims {
  const found = ATTESTED_IDS.flatMap(([tag, name]): readonly [string, string][] => {
    const bytes = pick(record, (list) => list.octets.get(tag));
    return bytes === undefined ? [] : [[name, utf8Text(bytes) ?? toHex(bytes)]];
  });
  return found.length === 0 ? {} : { attestedIds: Object.fromEntries(found) };
}

// What the hardware enforces is looked at first; a record of a software key has all in the other.
function pick<T>(
  { hardwareEnforced, softwareEnforced }: KeyDescription,
  read: (list: AuthorizationList) => T | undefined,
): T | undefined {
  return read(hardwareEnforced) ?? read(softwareEnforced);
}

function whole(record: KeyDescription, tag: number): number | string | undefined {
  const value = pick(record, (list) => list.integers.get(tag));
  return value === undefined ? undefined : wholeNumber(value);
}

function wholeNumber(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function hex(record: KeyDescription, tag: number): string | undefined {
  const bytes = pick(record, (list) => list.octets.get(tag));
  return bytes === undefined ? undefined : toHex(bytes);
}

function originName(value: number | string | undefined): string | undefined {
  if (value === undefined) return undefined;
  return (typeof value === 'number' ? ORIGINS[value] : undefined) ?? `UNKNOWN ${value}`;
}

function present(values: Readonly<Record<string, ClaimValue | undefined>>): Claims {
  const entries = Object.entries(values).filter(
    (entry): entry is [string, ClaimValue] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}

function softwareRootName(last: Certificate | undefined, trust: TrustSet): string | undefined {
  return trust.knownSoftwareRoots.find(
    ({ spki }) => last !== undefined && equalBytes(spki, last.spki),
  )?.name;
}

function seconds(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
