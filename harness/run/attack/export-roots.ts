import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePemCertificate } from '../../encoding/pem.js';
import { HarnessError } from '../../errors.js';
import { appIds, type ReferenceValues } from '../../farm/reference-values.js';
import { revocationOf } from '../../virtual-lab/revocation.js';
import type { VendorRoots } from '../../virtual-lab/secure-hardware/index.js';
import { rootsOf } from '../virtual-vendors.js';

/** A file that was written for a backend, and what the backend does with it. */
export interface ExportedFile {
  readonly file: string;
  readonly use: string;
}

/**
 * Writes down what a backend in a test set-up has to trust and to expect of virtual phones. No key is
 * among it; but whoever has the folder of the vendors can be every one of these phones.
 */
export function exportRoots(
  folder: string,
  { vendors, values }: { readonly vendors: VendorRoots; readonly values: ReferenceValues },
): readonly ExportedFile[] {
  const { android, appAttest, receipts, androidSoftware } = rootsOf(vendors);
  const pem = (certificates: readonly Uint8Array[]) =>
    certificates.map(encodePemCertificate).join('');
  const files = [
    ['android-roots.pem', pem(android), 'in the place of the roots of Android attestations'],
    ['app-attest-roots.pem', pem(appAttest), 'in the place of the App Attest root'],
    ['receipt-roots.pem', pem(receipts), 'in the place of the root of App Attest receipts'],
    ['software-roots.pem', pem(androidSoftware), 'never trusted: what emulators attest with'],
    [
      'status-list.json',
      `${revocationOf([vendors.leakedSerial])}\n`,
      'in the place of the attestation status list; it revokes one key',
    ],
    ['expected.json', expectedText(values), 'the app that evidence must name'],
  ] as const;
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_UNWRITABLE', `${folder}: ${reason}`, { cause });
  }
  return files.map(([name, , use]) => ({ file: join(folder, name), use }));
}

function expectedText(values: ReferenceValues): string {
  const { relyingParty, android, apple } = values;
  const expected = {
    rpId: relyingParty.rpId,
    android: { packages: android.packages, signerDigestsSha256: android.signerDigests },
    apple: { appIds: appIds(values), appAttestEnvironment: apple.environment },
  };
  return `${JSON.stringify(expected, null, 2)}\n`;
}
