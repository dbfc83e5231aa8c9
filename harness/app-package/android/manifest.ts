import { MalformedInput } from '../../encoding/parsed.js';
import { descendants, readBinaryXml, type XmlElement } from './binary-xml.js';
import type { ResolveResource } from './resource-table.js';
import type { ResourceValue } from './resource-value.js';

/** What an Android manifest says of what gates on it. */
export interface Manifest {
  readonly packageName: string;
  readonly versionName: string | null;
  readonly versionCode: number;
  /** Null where it is a code name, as in previews. */
  readonly minSdk: number | null;
  readonly targetSdk: number | null;
  readonly debuggable: boolean;
  /** Installs by `adb install -t` alone. */
  readonly testOnly: boolean;
  /** Null where it is left to the platform. */
  readonly usesCleartextTraffic: boolean | null;
  /** Entries of the archive; more than one where it differs with the configuration of the phone. */
  readonly networkSecurityConfig: readonly string[];
  readonly permissions: readonly string[];
}

// Android finds attributes by the ids of `android.R.attr`; their names are for people alone.
const ATTRIBUTE = {
  name: 0x01010003,
  debuggable: 0x0101000f,
  minSdkVersion: 0x0101020c,
  versionCode: 0x0101021b,
  versionName: 0x0101021c,
  targetSdkVersion: 0x01010270,
  testOnly: 0x01010272,
  usesCleartextTraffic: 0x010104ec,
  networkSecurityConfig: 0x01010527,
  versionCodeMajor: 0x01010576,
} as const;

/** Reads `AndroidManifest.xml` as packages hold it; throws MalformedInput. */
export function readManifest(bytes: Uint8Array, resolve: ResolveResource): Manifest {
  const root = readBinaryXml(bytes);
  if (root.name !== 'manifest')
    throw new MalformedInput(`<${root.name}> is no manifest`, root.offset);
  const application = only(root, 'application');
  const sdk = only(root, 'uses-sdk');
  const valueOf = (element: XmlElement | null, name: keyof typeof ATTRIBUTE) =>
    valuesOf(element, ATTRIBUTE[name], resolve);
  const minSdk = sdkOf(valueOf(sdk, 'minSdkVersion'), 1);
  const major = numberOf(valueOf(root, 'versionCodeMajor')) ?? 0;
  return {
    packageName: packageNameOf(root),
    versionName: textOf(valueOf(root, 'versionName')),
    versionCode: major * 2 ** 32 + (numberOf(valueOf(root, 'versionCode')) ?? 0),
    minSdk,
    targetSdk: sdkOf(valueOf(sdk, 'targetSdkVersion'), minSdk),
    // Android takes the value of the phone's configuration; whoever gates takes the worst.
    debuggable: booleansOf(valueOf(application, 'debuggable')).includes(true),
    testOnly: booleansOf(valueOf(application, 'testOnly')).includes(true),
    usesCleartextTraffic: cleartextOf(booleansOf(valueOf(application, 'usesCleartextTraffic'))),
    networkSecurityConfig: valueOf(application, 'networkSecurityConfig').flatMap((value) =>
      value.type === 'text' ? [value.text] : [],
    ),
    permissions: permissionsOf(root, (element) => textOf(valueOf(element, 'name'))),
  };
}

// Of two elements each reader would take another.
function only(root: XmlElement, name: string): XmlElement | null {
  const [first, second] = root.children.filter((child) => child.name === name);
  if (second !== undefined) throw new MalformedInput(`a second <${name}>`, second.offset);
  return first ?? null;
}

function valuesOf(
  element: XmlElement | null,
  id: number,
  resolve: ResolveResource,
): readonly ResourceValue[] {
  const value = element?.attributes.find((attribute) => attribute.id === id)?.value;
  if (value === undefined) return [];
  return value.type === 'reference' ? resolve(value.id) : [value];
}

function packageNameOf(root: XmlElement): string {
  const found = root.attributes.find(
    ({ name, namespace }) => name === 'package' && (namespace ?? '') === '',
  );
  if (found?.value.type === 'text' && found.value.text !== '') return found.value.text;
  throw new MalformedInput('the manifest names no package', root.offset);
}

function permissionsOf(
  root: XmlElement,
  nameOf: (element: XmlElement) => string | null,
): readonly string[] {
  const names = [...descendants(root)]
    .filter(({ name }) => name === 'uses-permission' || name === 'uses-permission-sdk-23')
    .flatMap((element) => nameOf(element) ?? []);
  return [...new Set(names)].sort();
}

function textOf([value]: readonly ResourceValue[]): string | null {
  if (value?.type === 'text') return value.text;
  return value?.type === 'number' ? String(value.number) : null;
}

function numberOf([value]: readonly ResourceValue[]): number | null {
  return value?.type === 'number' ? value.number : null;
}

function sdkOf(values: readonly ResourceValue[], byDefault: number | null): number | null {
  return values.length === 0 ? byDefault : numberOf(values);
}

function booleansOf(values: readonly ResourceValue[]): readonly boolean[] {
  return values.flatMap((value) => {
    if (value.type === 'boolean') return [value.boolean];
    return value.type === 'text' ? [value.text === 'true'] : [];
  });
}

function cleartextOf(values: readonly boolean[]): boolean | null {
  return values.length === 0 ? null : values.includes(true);
}
