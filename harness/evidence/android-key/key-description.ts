import { enumerated, octetString, sequence, smallInteger } from '../../encoding/der-values.js';
import { readDer, type DerNode } from '../../encoding/der.js';
import { MalformedInput, parsing, type Parsed } from '../../encoding/parsed.js';
import { readAuthorizationList, type AuthorizationList } from './authorization-list.js';

/** Where a key lives, or where its attestation was made. */
export type SecurityLevel = 'SOFTWARE' | 'TRUSTED_ENVIRONMENT' | 'STRONG_BOX';

/** Security levels from the weakest on; the index is the number in the encoding. */
export const SECURITY_LEVELS: readonly SecurityLevel[] = [
  'SOFTWARE',
  'TRUSTED_ENVIRONMENT',
  'STRONG_BOX',
];

/** The attestation record of a key (`KeyDescription`). */
export interface KeyDescription {
  /** 1 to 4: Keymaster 2 to 4.1; 100 on: KeyMint. */
  readonly attestationVersion: number;
  /** Where the attestation was made. */
  readonly attestationLevel: SecurityLevel;
  readonly keyMintVersion: number;
  /** Where the key lives. */
  readonly keyMintLevel: SecurityLevel;
  readonly challenge: Uint8Array;
  readonly uniqueId: Uint8Array;
  readonly softwareEnforced: AuthorizationList;
  readonly hardwareEnforced: AuthorizationList;
}

/** Parses the extension value that holds a record; offsets count from `baseOffset`. */
export function parseKeyDescription(value: Uint8Array, baseOffset = 0): Parsed<KeyDescription> {
  return parsing(() => {
    const node = readDer(value, baseOffset);
    const parts = sequence(node, 'a KeyDescription');
    const [version, level, keyMint, keyMintLevel, challenge, uniqueId, software, hardware] = parts;
    if (
      parts.length !== 8 ||
      version === undefined ||
      level === undefined ||
      keyMint === undefined ||
      keyMintLevel === undefined ||
      challenge === undefined ||
      uniqueId === undefined ||
      software === undefined ||
      hardware === undefined
    ) {
      throw new MalformedInput(`a KeyDescription has 8 parts, not ${parts.length}`, node.offset);
    }
    return {
      attestationVersion: smallInteger(version, 'attestationVersion'),
      attestationLevel: securityLevel(level, 'attestationSecurityLevel'),
      keyMintVersion: smallInteger(keyMint, 'keyMintVersion'),
      keyMintLevel: securityLevel(keyMintLevel, 'keyMintSecurityLevel'),
      challenge: octetString(challenge, 'attestationChallenge'),
      uniqueId: octetString(uniqueId, 'uniqueId'),
      softwareEnforced: readAuthorizationList(software),
      hardwareEnforced: readAuthorizationList(hardware),
    };
  });
}

/** The weaker of a record's two levels. */
export function weakerLevel(record: KeyDescription): SecurityLevel {
  const rank = Math.min(rankOf(record.attestationLevel), rankOf(record.keyMintLevel));
  return SECURITY_LEVELS[rank] ?? 'SOFTWARE';
}

/** Whether `level` is `minimum` or stronger. */
export function reaches(level: SecurityLevel, minimum: SecurityLevel): boolean {
  return rankOf(level) >= rankOf(minimum);
}

function rankOf(level: SecurityLevel): number {
  return SECURITY_LEVELS.indexOf(level);
}

function securityLevel(node: DerNode, name: string): SecurityLevel {
  const level = SECURITY_LEVELS[enumerated(node, name)];
  if (level === undefined) throw new MalformedInput(`no such ${name}`, node.offset);
  return level;
}
