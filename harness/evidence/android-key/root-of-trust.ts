import { enumerated, lenientBoolean, octetString, sequence } from '../../encoding/der-values.js';
import type { DerNode } from '../../encoding/der.js';
import { MalformedInput } from '../../encoding/parsed.js';

/** What verified boot found. */
export type VerifiedBootState = 'VERIFIED' | 'SELF_SIGNED' | 'UNVERIFIED' | 'FAILED';

const BOOT_STATES: readonly VerifiedBootState[] = [
  'VERIFIED',
  'SELF_SIGNED',
  'UNVERIFIED',
  'FAILED',
];

/** What the phone booted, as its secure hardware was told by the bootloader. */
export interface RootOfTrust {
  readonly verifiedBootKey: Uint8Array;
  readonly deviceLocked: boolean;
  /** The octet of the BOOLEAN: 0xff in DER, 0x01 on some genuine phones. */
  readonly deviceLockedOctet: number;
  readonly verifiedBootState: VerifiedBootState;
  /** From attestation version 3 on. */
  readonly verifiedBootHash: Uint8Array | null;
}

/** Reads a RootOfTrust of three elements (to version 2) or four. */
export function readRootOfTrust(node: DerNode): RootOfTrust {
  const [key, locked, state, hash, ...more] = sequence(node, 'a RootOfTrust');
  if (key === undefined || locked === undefined || state === undefined || more.length > 0) {
    throw new MalformedInput('a RootOfTrust has three or four parts', node.offset);
  }
  const verifiedBootState = BOOT_STATES[enumerated(state, 'verifiedBootState')];
  if (verifiedBootState === undefined) {
    throw new MalformedInput('no such verifiedBootState', state.offset);
  }
  return {
    verifiedBootKey: octetString(key, 'verifiedBootKey'),
    deviceLocked: lenientBoolean(locked, 'deviceLocked'),
    deviceLockedOctet: locked.content[0] ?? 0,
    verifiedBootState,
    verifiedBootHash: hash === undefined ? null : octetString(hash, 'verifiedBootHash'),
  };
}
