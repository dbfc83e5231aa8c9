import { expectCbor, optionalEntry, readCbor } from '../../encoding/cbor.js';
import { extensionsOf, type Certificate } from '../../encoding/certificate.js';
import { parsing } from '../../encoding/parsed.js';
import type { ClaimValue } from '../result.js';

/** OID of the extension that remote provisioning puts into certificates: a CBOR map. */
export const PROVISIONING_INFO_OID = '1.3.6.1.4.1.11129.2.1.30';

const CERTIFICATES_ISSUED = 1n;

/**
 * What remote provisioning says of the phone in the lowest authority that carries its extension:
 * how many certificates it was issued in 30 days, where more than usual are a sign of a farm.
 * Undefined where no authority carries it. It is no ground for a refusal, so it is a claim alone.
 */
export function provisioningInfo(certificates: readonly Certificate[]): ClaimValue | undefined {
  const found = certificates
    .slice(1)
    .flatMap((certificate) => extensionsOf(certificate, PROVISIONING_INFO_OID));
  const [extension] = found;
  if (extension === undefined) return undefined;
  const parsed = parsing(() => {
    const map = expectCbor(readCbor(extension.value), 'map', 'provisioning info');
    const issued = optionalEntry(map, CERTIFICATES_ISSUED);
    return issued === undefined ? null : expectCbor(issued, 'integer', 'certificates issued').value;
  });
  if (!parsed.ok) return { malformed: parsed.malformation.message };
  const { value } = parsed;
  const number = Number(value);
  return {
    certificatesIssued:
      value === null ? null : Number.isSafeInteger(number) ? number : value.toString(),
  };
}
