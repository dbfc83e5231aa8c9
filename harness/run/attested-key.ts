import { fromBase64url } from '../encoding/bytes.js';
import { parseAndroidKey } from '../evidence/android-key/index.js';
import type { AttestedKey } from '../farm/measure-facts.js';

/**
 * What a chain says of the phone that made it; null where it says nothing that can be read. It is not
 * appraised: it chooses what is expected of a phone, and no phone is trusted by it.
 */
export function attestedKey(chain: readonly string[] | null): AttestedKey | null {
  if (chain === null) return null;
  const { parsed } = parseAndroidKey(chain.map((text) => fromBase64url(text) ?? new Uint8Array()));
  const record = parsed.ok ? parsed.value.records.find(({ at }) => at === 0)?.parsed : undefined;
  if (record?.ok !== true) return null;
  const { keyMintLevel, hardwareEnforced, softwareEnforced } = record.value;
  const rootOfTrust = hardwareEnforced.rootOfTrust ?? softwareEnforced.rootOfTrust ?? null;
  return { level: keyMintLevel, bootState: rootOfTrust?.verifiedBootState ?? null };
}
