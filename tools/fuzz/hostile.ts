import { concatBytes } from '../../harness/encoding/bytes.js';
import { der } from '../../harness/encoding/der-writer.js';
import { parseAndroidKey } from '../../harness/evidence/android-key/index.js';
import {
  parseAppAttestAssertion,
  parseAppAttestAttestation,
  parseAppAttestReceipt,
} from '../../harness/evidence/app-attest/index.js';
import { parseCsr } from '../../harness/evidence/csr/index.js';
import { parseIntegrityPayload } from '../../harness/evidence/play-integrity/index.js';

const PARSERS: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  'android-key': (bytes) => parseAndroidKey(new Array<Uint8Array>(16).fill(bytes)),
  csr: parseCsr,
  'app-attest-attestation': parseAppAttestAttestation,
  'app-attest-assertion': parseAppAttestAssertion,
  'app-attest-receipt': parseAppAttestReceipt,
  'play-integrity': (bytes) => parseIntegrityPayload(new TextDecoder('latin1').decode(bytes)),
};

const LIMIT_MS = 500;
const NESTED_JSON = 0x5b;

/** Inputs that make a careless reader slow, at sizes up to a megabyte; the ones that did. */
export function hostileSizes(): readonly string[] {
  return [1000, 8000, 60_000, 1_000_000].flatMap((size) =>
    Object.entries(hostile(size)).flatMap(([what, bytes]) =>
      Object.entries(PARSERS).flatMap(([format, parse]) => {
        // The better of two: collecting garbage that others left is not the reader's doing.
        const ms = Math.min(...[1, 2].map(() => timeOf(() => parse(bytes))));
        return ms > LIMIT_MS
          ? [`${format}: ${what} of ${size} bytes took ${ms.toFixed(0)} ms`]
          : [];
      }),
    ),
  );
}

// Of the processor, not of the clock: a busy machine must not look like a slow reader.
function timeOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function hostile(size: number): Readonly<Record<string, Uint8Array>> {
  const half = Math.floor(size / 2);
  return {
    'indefinite sequences': filled(size, Uint8Array.of(0x30, 0x80)),
    'empty sequences': der.sequence(filled(size, Uint8Array.of(0x30, 0x00))),
    'octet strings in BER': concatBytes(
      Uint8Array.of(0x24, 0x80),
      filled(size, Uint8Array.of(0x04, 0x01, 0x41)),
    ),
    'nested arrays of CBOR': filled(size, Uint8Array.of(0x81)),
    'map entries of CBOR': concatBytes(
      Uint8Array.of(0xb9, half >>> 8, half & 0xff),
      filled(size, Uint8Array.of(0x01, 0x02)),
    ),
    'nested arrays of JSON': filled(size, Uint8Array.of(NESTED_JSON)),
    'long tag numbers': filled(size, Uint8Array.of(0xff)),
  };
}

function filled(size: number, pattern: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => pattern[at % pattern.length] ?? 0);
}
