import { inPart } from '../place.js';
import type { Archive } from '../zip/archive.js';
import { readApkSigning, type ApkSigning } from './apk-signing.js';
import { readManifest, type Manifest } from './manifest.js';
import { platformRules, readNetworkSecurity, type NetworkSecurity } from './network-security.js';
import { readResourceTable, type ResolveResource } from './resource-table.js';

/** What an Android release says of what gates on it. */
export interface AndroidRelease {
  readonly platform: 'android';
  readonly manifest: Manifest;
  /** One for each network security config that some phone would use; without one, the defaults. */
  readonly network: readonly NetworkSecurity[];
  readonly signing: ApkSigning;
}

const MANIFEST = 'AndroidManifest.xml';
const TABLE = 'resources.arsc';
const MAX_MANIFEST = 8_388_608;
const MAX_TABLE = 134_217_728;
const MAX_CONFIG = 1_048_576;

/** Reads an APK; throws MalformedInput or MalformedPart. */
export async function readAndroidRelease(archive: Archive): Promise<AndroidRelease> {
  const manifestBytes = await archive.read(MANIFEST, MAX_MANIFEST);
  const resolve = await resourcesOf(archive);
  const manifest = inPart(MANIFEST, () => readManifest(manifestBytes, resolve));
  const network: NetworkSecurity[] = [];
  for (const file of manifest.networkSecurityConfig) {
    const bytes = await archive.read(file, MAX_CONFIG);
    const { targetSdk } = manifest;
    network.push(inPart(file, () => readNetworkSecurity(bytes, { file, targetSdk })));
  }
  if (network.length === 0) {
    const base = platformRules(manifest);
    network.push({ ...{ file: null, base }, domains: [], hasDebugOverrides: false });
  }
  return { platform: 'android', manifest, network, signing: await readApkSigning(archive) };
}

async function resourcesOf(archive: Archive): Promise<ResolveResource> {
  if (!archive.has(TABLE)) return () => [];
  const bytes = await archive.read(TABLE, MAX_TABLE);
  const resolve = inPart(TABLE, () => readResourceTable(bytes));
  return (id) => inPart(TABLE, () => resolve(id));
}
