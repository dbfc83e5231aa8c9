import type { NewAttribute, NewElement } from './binary-xml-writer.js';
import { writeBinaryXml } from './binary-xml-writer.js';
import { resourceId, writeResourceTable, type TableForm } from './resource-table-writer.js';
import type { ZipEntry } from './zip-writer.js';

/** What is otherwise about a sample app. */
export interface SampleApp {
  readonly packageName?: string;
  readonly debuggable?: boolean;
  readonly testOnly?: boolean;
  readonly targetSdk?: number;
  /** Without one the manifest names none. */
  readonly networkSecurity?: NewElement;
  readonly form?: TableForm;
  readonly isUtf8?: boolean;
}

const CONFIG = 'res/k1.xml';
const XML_TYPE = 2;
const BOOLEAN_TYPE = 3;

/** Entries of an app whose manifest refers to its resource table, as compilers write it. */
export function sampleEntries(app: SampleApp = {}): readonly ZipEntry[] {
  const { networkSecurity, isUtf8 = false, form = 'plain' } = app;
  const table = writeResourceTable([
    { typeId: XML_TYPE, configurations: [['res/other.xml', CONFIG]], form },
    { typeId: BOOLEAN_TYPE, configurations: [[app.debuggable ?? false]], form },
  ]);
  return [
    { name: 'AndroidManifest.xml', bytes: writeBinaryXml(manifest(app), { isUtf8 }) },
    { name: 'resources.arsc', bytes: table, stored: true },
    { name: 'classes.dex', bytes: new Uint8Array(3_000_000).fill(7) },
    ...(networkSecurity === undefined
      ? []
      : [{ name: CONFIG, bytes: writeBinaryXml(networkSecurity, { isUtf8 }) }]),
  ];
}

function manifest(app: SampleApp): NewElement {
  const { packageName = 'com.example.release', targetSdk = 35 } = app;
  const config: readonly NewAttribute[] =
    app.networkSecurity === undefined
      ? []
      : [android('networkSecurityConfig', 0x01010527, { reference: resourceId(XML_TYPE, 1) })];
  return {
    name: 'manifest',
    attributes: [
      android('versionCode', 0x0101021b, 42),
      android('versionName', 0x0101021c, '4.2'),
      { name: 'package', value: packageName },
    ],
    children: [
      {
        name: 'uses-sdk',
        attributes: [
          android('minSdkVersion', 0x0101020c, 24),
          android('targetSdkVersion', 0x01010270, targetSdk),
        ],
      },
      {
        name: 'uses-permission',
        attributes: [android('name', 0x01010003, 'android.permission.INTERNET')],
      },
      {
        name: 'application',
        attributes: [
          android('debuggable', 0x0101000f, { reference: resourceId(BOOLEAN_TYPE, 0) }),
          android('testOnly', 0x01010272, app.testOnly ?? false),
          ...config,
        ],
      },
    ],
  };
}

function android(name: string, id: number, value: NewAttribute['value']): NewAttribute {
  return { name, id, value };
}

/** A config with pins of one host that ended on a day. */
export function pinnedConfig(expiration: string | null, pins: readonly string[]): NewElement {
  return {
    name: 'network-security-config',
    children: [
      {
        name: 'base-config',
        attributes: [{ name: 'cleartextTrafficPermitted', value: 'false' }],
        children: [
          {
            name: 'trust-anchors',
            children: [
              { name: 'certificates', attributes: [{ name: 'src', value: 'system' }] },
              { name: 'certificates', attributes: [{ name: 'src', value: 'user' }] },
            ],
          },
        ],
      },
      {
        name: 'domain-config',
        children: [
          {
            name: 'domain',
            attributes: [{ name: 'includeSubdomains', value: 'true' }],
            children: ['API.example.com'],
          },
          {
            name: 'pin-set',
            ...(expiration === null
              ? {}
              : { attributes: [{ name: 'expiration', value: expiration }] }),
            children: pins.map((pin) => ({
              name: 'pin',
              attributes: [{ name: 'digest', value: 'SHA-256' }],
              children: [pin],
            })),
          },
        ],
      },
    ],
  };
}
