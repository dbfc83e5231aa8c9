import { parseSignedData, verifySigner } from '../../encoding/cms.js';
import { MalformedInput } from '../../encoding/parsed.js';
import { entitlementsOf, type Entitlements } from './entitlements.js';
import {
  dictionaryAt,
  readProperties,
  textAt,
  textsAt,
  type Properties,
  type PropertyValue,
} from './property-list.js';
import { chainProblems, signerChain, type SignerChain } from './signer-chain.js';

/** How an app reaches phones. */
export type Distribution = 'development' | 'ad-hoc' | 'enterprise' | 'app-store';

/** What `embedded.mobileprovision` says. */
export interface Provisioning {
  readonly name: string | null;
  readonly uuid: string | null;
  readonly teamIds: readonly string[];
  readonly expiresAt: string | null;
  readonly distribution: Distribution;
  readonly deviceCount: number;
  readonly entitlements: Entitlements;
  readonly signer: SignerChain | null;
  /** Why the profile does not hold; empty where it does. */
  readonly problems: readonly string[];
}

/** Reads a provisioning profile: a property list in a CMS message; throws MalformedInput. */
export function readProvisioning(bytes: Uint8Array, roots: readonly string[]): Provisioning {
  const parsed = parseSignedData(bytes);
  if (!parsed.ok) {
    throw new MalformedInput(parsed.malformation.message, parsed.malformation.offset);
  }
  const finding = verifySigner(parsed.value, ['ecdsa', 'rsa']);
  const signer = finding.ok
    ? signerChain(finding.certificate, { sent: parsed.value.certificates, roots })
    : null;
  const properties = readProperties(parsed.value.content);
  const granted = dictionaryAt(properties, 'Entitlements') ?? new Map<string, PropertyValue>();
  const entitlements = entitlementsOf(granted);
  const expiry = properties.get('ExpirationDate');
  return {
    name: textAt(properties, 'Name'),
    uuid: textAt(properties, 'UUID'),
    teamIds: textsAt(properties, 'TeamIdentifier'),
    expiresAt: expiry instanceof Date ? expiry.toISOString() : null,
    distribution: distributionOf(properties, entitlements),
    deviceCount: textsAt(properties, 'ProvisionedDevices').length,
    entitlements,
    signer,
    problems: [
      ...(finding.ok ? [] : [finding.problem]),
      ...(signer === null ? [] : chainProblems(signer)),
    ].map((problem) => `the provisioning profile: ${problem}`),
  };
}

function distributionOf(properties: Properties, { getTaskAllow }: Entitlements): Distribution {
  if (properties.get('ProvisionsAllDevices') === true) return 'enterprise';
  if (!properties.has('ProvisionedDevices')) return 'app-store';
  return getTaskAllow ? 'development' : 'ad-hoc';
}
