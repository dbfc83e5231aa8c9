import { putTogether, replaced, signedBytes, takeApart } from '../../attacks/edit-der.js';
import { der } from '../../encoding/der-writer.js';
import type { TestKey } from './test-key.js';

/** Positions of the parts of a TBSCertificate of version 3 (RFC 5280, 4.1). */
export const TBS = {
  serial: 1,
  issuer: 3,
  validity: 4,
  subject: 5,
  spki: 6,
  extensions: 7,
} as const;

/** The certificate or request with one signed part replaced, and signed again by `by`. */
export function resigned(
  signed: Uint8Array,
  { at, part, by }: { readonly at: number; readonly part: Uint8Array; readonly by: TestKey },
): Uint8Array {
  const parts = takeApart(signed);
  const fields = replaced(parts.fields, at, part);
  return putTogether({
    ...parts,
    fields,
    signature: der.bitString(by.sign(signedBytes({ fields }))),
  });
}
