import { inPart } from '../place.js';
import { readDerEntitlements } from './der-entitlements.js';
import {
  readProperties,
  textAt,
  textsAt,
  type Properties,
  type PropertyValue,
} from './property-list.js';

/** What an app is entitled to, as far as something gates on it. */
export interface Entitlements {
  /** `TEAMID.bundle`. */
  readonly applicationId: string | null;
  readonly teamId: string | null;
  /** App Attest environment as it is written; null where it is left to how the app is distributed. */
  readonly appAttest: string | null;
  readonly keychainGroups: readonly string[];
  /** A debugger may attach. */
  readonly getTaskAllow: boolean;
  /** Every name, sorted. */
  readonly names: readonly string[];
}

/** Reads entitlements; iOS 15 and later look at the DER form, older ones at the XML. */
export function readEntitlements(from: {
  readonly xml: Uint8Array | null;
  readonly der: Uint8Array | null;
}): { readonly entitlements: Entitlements; readonly problems: readonly string[] } {
  const xml = from.xml === null ? null : inXml(from.xml);
  const der = from.der === null ? null : inDer(from.der);
  const properties = der ?? xml ?? new Map<string, PropertyValue>();
  const differ = xml !== null && der !== null && plainText(xml) !== plainText(der);
  return {
    entitlements: entitlementsOf(properties),
    // Where two readers of one system disagreed, apps have escaped their sandbox before.
    problems: differ ? ['the entitlements in XML and in DER differ'] : [],
  };
}

/** What of a dictionary of entitlements matters here. */
export function entitlementsOf(properties: Properties): Entitlements {
  return {
    applicationId: textAt(properties, 'application-identifier'),
    teamId: textAt(properties, 'com.apple.developer.team-identifier'),
    appAttest: textAt(properties, 'com.apple.developer.devicecheck.appattest-environment'),
    keychainGroups: textsAt(properties, 'keychain-access-groups'),
    getTaskAllow: properties.get('get-task-allow') === true,
    names: [...properties.keys()].sort(),
  };
}

function inXml(bytes: Uint8Array): Properties {
  return inPart('entitlements', () => readProperties(bytes));
}

function inDer(bytes: Uint8Array): Properties {
  return inPart('DER entitlements', () => readDerEntitlements(bytes));
}

function plainText(value: PropertyValue): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner instanceof Map ? [...(inner as Properties)].sort(([a], [b]) => (a < b ? -1 : 1)) : inner,
  );
}
