import { utf8Text } from '../../encoding/bytes.js';
import { extensionsOf, type Certificate } from '../../encoding/certificate.js';
import { children, readDer, type DerNode } from '../../encoding/der.js';
import { octetString, sequence } from '../../encoding/der-values.js';
import { MalformedInput, parsing, type Parsed } from '../../encoding/parsed.js';

const APPLE_ARC = '1.2.840.113635.100.8.';

/** Extensions of a credential certificate. Apple documents the nonce alone. */
export const CREDENTIAL_EXTENSION_OID = {
  nonce: `${APPLE_ARC}2`,
  /** Key usage set; holds the app id. */
  keyUsageSet: `${APPLE_ARC}5`,
  /** Operating system set; holds its versions. */
  systemSet: `${APPLE_ARC}7`,
} as const;

const APP_ID_TAG = 1204;
const OS_VERSION_TAG = 1400;
const OS_BUILD_TAG = 1403;

/**
 * The nonce that the credential certificate attests. The extension must be there once, holding
 * `SEQUENCE { [1] EXPLICIT OCTET STRING }` and nothing after it.
 */
export function readAttestedNonce(certificate: Certificate): Parsed<Uint8Array> {
  return parsing(() => {
    const [extension, ...more] = extensionsOf(certificate, CREDENTIAL_EXTENSION_OID.nonce);
    if (extension === undefined) throw new MalformedInput('no nonce extension', 0);
    if (more.length > 0) throw new MalformedInput('the nonce extension is there twice', 0);
    const [wrapped, ...others] = sequence(readDer(extension.value, extension.valueOffset));
    if (wrapped === undefined || others.length > 0 || !isContext(wrapped, 1)) {
      throw new MalformedInput('the nonce extension is not as specified', extension.valueOffset);
    }
    const [nonce, ...behind] = children(wrapped);
    if (nonce === undefined || behind.length > 0) {
      throw new MalformedInput('the nonce extension is not as specified', wrapped.offset);
    }
    return octetString(nonce, 'the nonce');
  });
}

/** What undocumented extensions say; shown as claims, and null where they do not parse. */
export interface CredentialFacts {
  readonly appId: string | null;
  readonly osVersion: string | null;
  readonly osBuild: string | null;
  /** Types of Apple's own extensions, in order. */
  readonly appleExtensions: readonly string[];
}

/** Reads what the credential certificate says beside the nonce. */
export function credentialFacts(certificate: Certificate): CredentialFacts {
  return {
    appId: textUnder(certificate, CREDENTIAL_EXTENSION_OID.keyUsageSet, APP_ID_TAG),
    osVersion: textUnder(certificate, CREDENTIAL_EXTENSION_OID.systemSet, OS_VERSION_TAG),
    osBuild: textUnder(certificate, CREDENTIAL_EXTENSION_OID.systemSet, OS_BUILD_TAG),
    appleExtensions: certificate.extensions
      .map((extension) => extension.oid)
      .filter((type) => type.startsWith(APPLE_ARC)),
  };
}

function textUnder(certificate: Certificate, type: string, tag: number): string | null {
  const [extension] = extensionsOf(certificate, type);
  if (extension === undefined) return null;
  const value = parsing(() => {
    const set = sequence(readDer(extension.value, extension.valueOffset));
    const field = set.find((node) => isContext(node, tag));
    const [inner] = field === undefined ? [] : children(field);
    return inner === undefined ? null : utf8Text(octetString(inner));
  });
  return value.ok ? value.value : null;
}

function isContext(node: DerNode, tag: number): boolean {
  return node.tagClass === 'context' && node.constructed && node.tag === tag;
}
