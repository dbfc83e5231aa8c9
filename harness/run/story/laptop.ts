import { createAttackerKey } from '../../attacks/attacker-key.js';
import { fromBase64url, toBase64url } from '../../encoding/bytes.js';
import { buildCsr } from '../../evidence/csr/index.js';

/**
 * A certification request as a script on a laptop makes it: the challenge is the right one and the
 * signature holds, but the key has never been near a phone.
 */
export function laptopCsr(about: { readonly subject: string; readonly challenge: string }): string {
  const key = createAttackerKey();
  const nonce = fromBase64url(about.challenge);
  const csr = buildCsr({
    ...{ commonName: about.subject, spki: key.spki },
    ...(nonce === null ? {} : { nonce }),
    sign: (info) => key.sign(info),
  });
  return toBase64url(csr);
}
