import { utf8 } from '../../encoding/bytes.js';
import { der } from '../../encoding/der-writer.js';

/** One authorization: a tag and the DER of its value. */
export type Authorization = readonly [tag: number, value: Uint8Array];

/** What a record of a corpus or a test says. */
export interface TestRecord {
  readonly version: number;
  readonly attestationLevel: number;
  readonly keyMintLevel: number;
  /** DER: malformed records put something else here than an OCTET STRING. */
  readonly challenge: Uint8Array;
  readonly software: readonly Authorization[];
  readonly hardware: readonly Authorization[];
}

/** Changes of an authorization list: a value replaces a tag, null removes it. */
export type TagChanges = Readonly<Record<number, Uint8Array | null>>;

/** A record as KeyMint encodes it. */
export function encodeRecord(record: TestRecord): Uint8Array {
  const list = (entries: readonly Authorization[]): Uint8Array =>
    der.sequence(...entries.map(([tag, value]) => der.contextExplicit(tag, value)));
  return der.sequence(
    der.integer(record.version),
    der.enumerated(record.attestationLevel),
    der.integer(record.version),
    der.enumerated(record.keyMintLevel),
    record.challenge,
    der.octetString(),
    list(record.software),
    list(record.hardware),
  );
}

/** A RootOfTrust of a phone with this verified boot key and hash. */
export function encodeRootOfTrust(
  boot: { readonly key: Uint8Array; readonly hash: Uint8Array },
  changes: { readonly locked?: boolean; readonly state?: number },
): Uint8Array {
  return der.sequence(
    der.octetString(boot.key),
    der.boolean(changes.locked ?? true),
    der.enumerated(changes.state ?? 0),
    der.octetString(boot.hash),
  );
}

/** An AttestationApplicationId inside its OCTET STRING. */
export function encodeApplicationId(
  names: readonly string[],
  signers: readonly Uint8Array[],
): Uint8Array {
  const infos = names.map((name) => der.sequence(der.octetString(utf8(name)), der.integer(42)));
  const digests = signers.map((digest) => der.octetString(digest));
  return der.octetString(der.sequence(der.set(...infos), der.set(...digests)));
}

/** A list with changes, in the order of its tags. */
export function withTags(
  list: readonly Authorization[],
  changes: TagChanges,
): readonly Authorization[] {
  const entries = new Map<number, Uint8Array | null>(list);
  for (const [tag, value] of Object.entries(changes)) entries.set(Number(tag), value);
  return [...entries]
    .filter((entry): entry is [number, Uint8Array] => entry[1] !== null)
    .sort(([left], [right]) => left - right);
}

/** hardwareEnforced of KeyMint 400 for a key that signs and verifies with ECDSA on P-256. */
export function signingKeyTags(rootOfTrust: Uint8Array): readonly Authorization[] {
  return [
    [1, der.set(der.integer(2), der.integer(3))],
    [2, der.integer(3)],
    [3, der.integer(256)],
    [5, der.set(der.integer(4))],
    [10, der.integer(1)],
    [503, der.null()],
    [702, der.integer(0)],
    [704, rootOfTrust],
    [705, der.integer(160_000)],
    [706, der.integer(202_605)],
  ];
}
