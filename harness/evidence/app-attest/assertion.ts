import { bytesEntry, expectCbor, onlyEntries, readCbor } from '../../encoding/cbor.js';
import { MalformedInput, parsing, type Parsed } from '../../encoding/parsed.js';
import { readAssertedAuthenticatorData, type AuthenticatorData } from './authenticator-data.js';

/** An assertion object of Apple's, taken apart. */
export interface AppAttestAssertion {
  readonly authData: AuthenticatorData;
  /** ECDSA signature in DER, as sent. */
  readonly signature: Uint8Array;
}

/** An assertion as evidence that an attested key is in use now. */
export interface AppAttestAssertionEvidence {
  readonly format: 'app-attest-assertion';
  readonly bytes: Uint8Array;
  readonly parsed: Parsed<AppAttestAssertion>;
}

/** Bounds the work that one hostile object can cause; those seen have under 200 bytes. */
const MAX_BYTES = 8192;

/** Parses an assertion that fills `bytes`. */
export function parseAppAttestAssertion(bytes: Uint8Array): AppAttestAssertionEvidence {
  return { format: 'app-attest-assertion', bytes, parsed: parsing(() => readAssertion(bytes)) };
}

function readAssertion(bytes: Uint8Array): AppAttestAssertion {
  if (bytes.length > MAX_BYTES) {
    throw new MalformedInput(`an assertion of ${bytes.length} bytes`, 0);
  }
  const object = expectCbor(readCbor(bytes), 'map', 'assertion');
  onlyEntries(object, ['signature', 'authenticatorData']);
  return {
    authData: readAssertedAuthenticatorData(bytesEntry(object, 'authenticatorData')),
    signature: bytesEntry(object, 'signature'),
  };
}
