import { MalformedInput } from '../../encoding/parsed.js';
import { readBinaryXml, type XmlElement } from './binary-xml.js';
import type { Manifest } from './manifest.js';

/** A pin of a pin-set. */
export interface ConfiguredPin {
  /** The only one that Android knows is `SHA-256`. */
  readonly digest: string;
  /** Base64 of the digest of a SubjectPublicKeyInfo. */
  readonly value: string;
}

/** What holds for connections to some hosts, after everything inherited. */
export interface NetworkRules {
  readonly cleartextPermitted: boolean;
  readonly trustsSystem: boolean;
  /** A certificate authority that the owner of the phone installed is trusted. */
  readonly trustsUser: boolean;
  /** Certificates that come with the app: how many sources of them. */
  readonly ownAnchors: number;
  /** Some anchor is exempt from pins. */
  readonly overridesPins: boolean;
  readonly pins: readonly ConfiguredPin[];
  /** `YYYY-MM-DD`: pins count until then and not after; null where they never end. */
  readonly pinsExpire: string | null;
}

/** Rules of some hosts. */
export interface DomainRules extends NetworkRules {
  readonly domains: readonly { readonly name: string; readonly includesSubdomains: boolean }[];
}

/** What an app accepts on the wire. */
export interface NetworkSecurity {
  /** Entry of the archive; null where the platform's defaults hold. */
  readonly file: string | null;
  readonly base: NetworkRules;
  readonly domains: readonly DomainRules[];
  /** Further anchors are trusted where the app is debuggable. */
  readonly hasDebugOverrides: boolean;
}

/** The rules without a network security config (developer.android.com, security-config). */
export function platformRules(
  manifest: Pick<Manifest, 'targetSdk' | 'usesCleartextTraffic'>,
): NetworkRules {
  const target = manifest.targetSdk ?? Number.POSITIVE_INFINITY;
  return {
    cleartextPermitted: manifest.usesCleartextTraffic ?? target <= 27,
    trustsSystem: true,
    trustsUser: target <= 23,
    ...{ ownAnchors: 0, overridesPins: false, pins: [], pinsExpire: null },
  };
}

/** Reads a network security config; throws MalformedInput. */
export function readNetworkSecurity(
  bytes: Uint8Array,
  { file, targetSdk }: { readonly file: string; readonly targetSdk: number | null },
): NetworkSecurity {
  const root = readBinaryXml(bytes);
  if (root.name !== 'network-security-config') {
    throw new MalformedInput(`<${root.name}> is no network security config`, root.offset);
  }
  // With a config, usesCleartextTraffic of the manifest is not looked at.
  const defaults = platformRules({ targetSdk, usesCleartextTraffic: null });
  const own = childrenOf(root, 'base-config')[0];
  const base = own === undefined ? defaults : inherit(defaults, own);
  return {
    ...{ file, base },
    domains: childrenOf(root, 'domain-config').flatMap((config) => domainRules(base, config)),
    hasDebugOverrides: childrenOf(root, 'debug-overrides').length > 0,
  };
}

function domainRules(outer: NetworkRules, config: XmlElement): readonly DomainRules[] {
  const rules = inherit(outer, config);
  const domains = childrenOf(config, 'domain').map((domain) => ({
    name: domain.text.trim().toLowerCase(),
    includesSubdomains: flag(domain, 'includeSubdomains') ?? false,
  }));
  const nested = childrenOf(config, 'domain-config');
  return [{ ...rules, domains }, ...nested.flatMap((inner) => domainRules(rules, inner))];
}

function inherit(outer: NetworkRules, config: XmlElement): NetworkRules {
  const cleartext = flag(config, 'cleartextTrafficPermitted');
  const anchors = childrenOf(config, 'trust-anchors')[0];
  const pinSet = childrenOf(config, 'pin-set')[0];
  return {
    ...outer,
    ...(cleartext !== null && { cleartextPermitted: cleartext }),
    ...(anchors !== undefined && anchorRules(anchors)),
    ...(pinSet !== undefined && pinRules(pinSet)),
  };
}

function anchorRules(element: XmlElement) {
  const certificates = childrenOf(element, 'certificates');
  const sources = certificates.map((one) => attribute(one, 'src') ?? '');
  return {
    trustsSystem: sources.includes('system'),
    trustsUser: sources.includes('user'),
    ownAnchors: sources.filter((source) => source !== 'system' && source !== 'user').length,
    overridesPins: certificates.some((one) => flag(one, 'overridePins') === true),
  };
}

function pinRules(element: XmlElement) {
  const pins = childrenOf(element, 'pin').map((pin) => ({
    digest: attribute(pin, 'digest') ?? '',
    value: pin.text.trim(),
  }));
  const expiration = attribute(element, 'expiration');
  if (expiration !== null && !/^\d{4}-\d{2}-\d{2}$/.test(expiration)) {
    throw new MalformedInput(`pins expire at "${expiration}", which is no date`, element.offset);
  }
  return { pins, pinsExpire: expiration };
}

function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

// These attributes have no namespace, and the compiler leaves them as text or gives them a type.
function attribute(element: XmlElement, name: string): string | null {
  const value = element.attributes.find((one) => one.name === name)?.value;
  if (value === undefined) return null;
  switch (value.type) {
    case 'text':
      return value.text;
    case 'boolean':
      return String(value.boolean);
    case 'number':
    case 'other':
      return String(value.number);
    case 'reference':
      return `@0x${value.id.toString(16)}`;
  }
}

function flag(element: XmlElement, name: string): boolean | null {
  const text = attribute(element, name);
  return text === null ? null : text === 'true';
}
