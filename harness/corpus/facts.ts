import { isDeepStrictEqual } from 'node:util';
import type { Claims } from '../verifier/result.js';
import type { VectorValues } from './manifest.js';

/** How claims compare with the facts that an entry states. */
export interface FactAgreement {
  /** How many fields agree. */
  readonly agree: number;
  /** Names of the fields that differ or are missing. */
  readonly disagree: readonly string[];
}

/** Compares field by field; claims carry the facts' names. */
export function compareFacts(facts: VectorValues, claims: Claims): FactAgreement {
  const names = Object.keys(facts);
  const disagree = names.filter((name) => !isDeepStrictEqual(facts[name], claims[name]));
  return { agree: names.length - disagree.length, disagree };
}
