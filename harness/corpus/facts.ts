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

/** Compares field by field, in nested objects too; claims carry the facts' names and may say more. */
export function compareFacts(facts: VectorValues, claims: Claims): FactAgreement {
  const names = Object.keys(facts);
  const disagree = names.filter((name) => !covers(facts[name], claims[name]));
  return { agree: names.length - disagree.length, disagree };
}

function covers(fact: unknown, claim: unknown): boolean {
  // A fact of null says that there is nothing, as does a claim that is left out.
  if (fact === null) return claim === null || claim === undefined;
  if (!isRecord(fact)) return isDeepStrictEqual(fact, claim);
  return isRecord(claim) && Object.keys(fact).every((name) => covers(fact[name], claim[name]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
