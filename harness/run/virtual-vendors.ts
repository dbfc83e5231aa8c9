import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePemCertificate, parsePemCertificates } from '../encoding/pem.js';
import { HarnessError } from '../errors.js';
import { readText } from '../configuration.js';
import { ownFolder, readSecret, writeSecret } from '../owner-only.js';
import { pemPrivateKey } from '../relying-party/index.js';
import {
  createVendorRootKey,
  createVendorRoots,
  VENDOR_ROOTS,
  type KeptRoot,
  type KeptVendorRoots,
  type VendorRoot,
  type VendorRoots,
} from '../virtual-lab/secure-hardware/index.js';

/** The folder below a relying party's home that holds the roots of its virtual phones. */
export const VENDORS_FOLDER = 'virtual-vendors';

const ROOTS = Object.keys(VENDOR_ROOTS) as readonly VendorRoot[];

const keyFile = (root: VendorRoot): string => `${root}.key`;
/** What a backend that is tested with virtual phones has to trust, and nothing else ever. */
const certificateFile = (root: VendorRoot): string => `${root}.pem`;

/**
 * The vendors of a folder, made where the folder has none. The roots stay to the byte, so that a phone
 * of another process is one of theirs, whether a backend compares keys or certificates; all that is
 * below the roots is made anew each time.
 */
export function openVirtualVendors(folder: string): VendorRoots {
  ownFolder(folder);
  if (!ROOTS.some((root) => existsSync(join(folder, keyFile(root))))) fill(folder);
  const roots = Object.fromEntries(ROOTS.map((root) => [root, readRoot(folder, root)]));
  return createVendorRoots({ roots: roots as KeptVendorRoots });
}

/** The certificates of vendors' roots, by what they are roots of. */
export function rootsOf(vendors: VendorRoots) {
  return {
    android: vendors.androidAnchors,
    androidSoftware: vendors.androidSoftwareRoots,
    appAttest: vendors.appAttestAnchors,
    receipts: vendors.receiptAnchors,
  };
}

function fill(folder: string): void {
  const roots = Object.fromEntries(
    ROOTS.map((root) => [root, { key: createVendorRootKey(root) }]),
  ) as KeptVendorRoots;
  const certificates = rootsOf(createVendorRoots({ roots }));
  for (const root of ROOTS) {
    writeSecret(join(folder, keyFile(root)), pemPrivateKey(roots[root].key));
  }
  for (const root of ROOTS) {
    const text = certificates[root].map(encodePemCertificate).join('');
    writeFileSync(join(folder, certificateFile(root)), text);
  }
}

function readRoot(folder: string, root: VendorRoot): KeptRoot {
  const file = join(folder, keyFile(root));
  const text = readSecret(file);
  const key = privateKeyIn(file, text);
  const kept = join(folder, certificateFile(root));
  const parsed = parsePemCertificates(readText(kept));
  const [certificate] = parsed.ok ? parsed.value : [];
  if (certificate === undefined || !new X509Certificate(certificate).checkPrivateKey(key)) {
    throw new HarnessError('ERR_FILE_INVALID', `${kept}: is no certificate of the key beside it`);
  }
  return { key: new Uint8Array(key.export({ format: 'der', type: 'pkcs8' })), certificate };
}

function privateKeyIn(file: string, text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw new HarnessError('ERR_FILE_INVALID', `${file}: is no private key in PEM`, { cause });
  }
}
