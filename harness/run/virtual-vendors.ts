import { createPrivateKey } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePemCertificate } from '../encoding/pem.js';
import { HarnessError } from '../errors.js';
import { ownFolder, readSecret, writeSecret } from '../owner-only.js';
import { pemPrivateKey } from '../relying-party/index.js';
import {
  createVendorRootKey,
  createVendorRoots,
  VENDOR_ROOTS,
  type VendorRoot,
  type VendorRootKeys,
  type VendorRoots,
} from '../virtual-lab/secure-hardware/index.js';

/** The folder below a relying party's home that holds the roots of its virtual phones. */
export const VENDORS_FOLDER = 'virtual-vendors';

const ROOTS = Object.keys(VENDOR_ROOTS) as readonly VendorRoot[];

const keyFile = (root: VendorRoot): string => `${root}.key`;
/** What a backend that is tested with virtual phones has to trust, and nothing else ever. */
const certificateFile = (root: VendorRoot): string => `${root}.pem`;

/**
 * The vendors of a folder, made where the folder has none. The roots' keys stay, so that a phone of
 * another process is one of theirs; all that is below the roots is made anew each time.
 */
export function openVirtualVendors(folder: string): VendorRoots {
  ownFolder(folder);
  if (!ROOTS.some((root) => existsSync(join(folder, keyFile(root))))) fill(folder);
  const keys = Object.fromEntries(ROOTS.map((root) => [root, readKey(folder, root)]));
  return createVendorRoots({ rootKeys: keys as VendorRootKeys });
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
  const keys = Object.fromEntries(ROOTS.map((root) => [root, createVendorRootKey(root)]));
  const rootKeys = keys as VendorRootKeys;
  for (const root of ROOTS) writeSecret(join(folder, keyFile(root)), pemPrivateKey(rootKeys[root]));
  const certificates = rootsOf(createVendorRoots({ rootKeys }));
  for (const root of ROOTS) {
    const text = certificates[root].map(encodePemCertificate).join('');
    writeFileSync(join(folder, certificateFile(root)), text);
  }
}

function readKey(folder: string, root: VendorRoot): Uint8Array {
  const file = join(folder, keyFile(root));
  const text = readSecret(file);
  try {
    return new Uint8Array(createPrivateKey(text).export({ format: 'der', type: 'pkcs8' }));
  } catch (cause) {
    throw new HarnessError('ERR_FILE_INVALID', `${file}: is no private key in PEM`, { cause });
  }
}
