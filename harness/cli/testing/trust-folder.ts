import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { toHex } from '../../encoding/bytes.js';
import { parseCertificate } from '../../encoding/certificate.js';
import { encodePemCertificate } from '../../encoding/pem.js';
import type { VendorRoots } from '../../virtual-lab/secure-hardware/index.js';

/** Writes a trust folder that holds the roots of virtual vendors. */
export function writeTrustFolder(folder: string, vendors: VendorRoots): void {
  mkdirSync(folder, { recursive: true });
  const group = (name: string, anchors: readonly Uint8Array[]) =>
    anchors.map((der, index) => writeAnchor(folder, { name: `${name}-${index}`, der }));
  const trust = {
    version: 1,
    android: group('android', vendors.androidAnchors),
    software: group('software', vendors.androidSoftwareRoots),
    appAttest: group('app-attest', vendors.appAttestAnchors),
    receipts: group('receipts', vendors.receiptAnchors),
  };
  writeFileSync(join(folder, 'trust.yaml'), stringify(trust));
}

function writeAnchor(folder: string, anchor: { readonly name: string; readonly der: Uint8Array }) {
  const { name, der } = anchor;
  const parsed = parseCertificate(der);
  if (!parsed.ok) throw new Error(parsed.malformation.message);
  writeFileSync(join(folder, `${name}.pem`), encodePemCertificate(der));
  return {
    name,
    description: 'root of a virtual vendor',
    source: 'made by the test',
    spkiSha256: sha256(parsed.value.spki),
    certificates: [{ file: `${name}.pem`, sha256: sha256(der) }],
  };
}

function sha256(bytes: Uint8Array): string {
  return toHex(createHash('sha256').update(bytes).digest());
}
