import { putTogether, replaced, signedBytes, takeApart } from '../../attacks/edit-der.js';
import { utf8 } from '../../encoding/bytes.js';
import { children, readDer } from '../../encoding/der.js';
import { der } from '../../encoding/der-writer.js';
import { encodeName, NAME_OID } from '../../encoding/distinguished-name.js';
import { CSR_ATTRIBUTE_OID } from '../../evidence/csr/index.js';

// Parts of CertificationRequestInfo (RFC 2986, 4.1).
const SUBJECT = 1;
const ATTRIBUTES = 3;

/** What a certificate must never be issued for because a request asks for it. */
export const ASKED_FOR = {
  commonName: 'administrator',
  dnsName: 'admin.attestlab.example',
} as const;

/**
 * The request signed anew, asking for more than a key may have: another name, the rights of an
 * authority, and to be a server of another name.
 */
export async function askForMore(
  csr: Uint8Array,
  signWithPhone: (data: Uint8Array) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const parts = takeApart(csr);
  const name = encodeName([{ oid: NAME_OID.commonName, value: ASKED_FOR.commonName }]);
  const wanted = der.sequence(
    der.oid(CSR_ATTRIBUTE_OID.extensionRequest),
    der.set(
      der.sequence(
        extension('2.5.29.19', der.sequence(der.boolean(true))),
        extension('2.5.29.37', der.sequence(der.oid('1.3.6.1.5.5.7.3.1'))),
        extension('2.5.29.17', der.sequence(der.contextPrimitive(2, utf8(ASKED_FOR.dnsName)))),
      ),
    ),
  );
  const own = children(readDer(parts.fields[ATTRIBUTES] ?? new Uint8Array())).map(({ raw }) => raw);
  // X.690, 11.6: the parts of a SET OF are in ascending order of their encodings.
  const sorted = [...own, wanted].sort((one, other) => Buffer.compare(one, other));
  const attributes = der.contextConstructed(0, ...sorted);
  const fields = replaced(replaced(parts.fields, SUBJECT, name), ATTRIBUTES, attributes);
  const signature = der.bitString(await signWithPhone(signedBytes({ fields })));
  return putTogether({ ...parts, fields, signature });
}

function extension(type: string, value: Uint8Array): Uint8Array {
  return der.sequence(der.oid(type), der.octetString(value));
}
