import { z } from 'zod';

/**
 * The facts that tell one class of phones from another, by name. A class states those that matter to
 * it; a phone measures those that it can.
 */
export const factsSchema = z
  .strictObject({
    platform: z.enum(['android', 'ios']),
    /** A key can be generated in StrongBox. */
    strongbox: z.boolean().exactOptional(),
    /** A key can be generated in the TEE. */
    tee: z.boolean().exactOptional(),
    /** A key can be generated in the Secure Enclave. */
    secureEnclave: z.boolean().exactOptional(),
    /** The App Attest service answers on this phone. */
    appAttest: z.boolean().exactOptional(),
    /** The state of Android Verified Boot. */
    bootState: z.enum(['verified', 'self-signed', 'unverified', 'failed']).exactOptional(),
    bootloaderLocked: z.boolean().exactOptional(),
    /**
     * The boot state that the keystore attests; `none` where it attests none, as software does. A
     * phone whose attestations are forged says another here than its system properties.
     */
    attestedBootState: z
      .enum(['verified', 'self-signed', 'unverified', 'failed', 'none'])
      .exactOptional(),
    /** Signs of root access or of a jailbreak were seen. */
    rooted: z.boolean().exactOptional(),
  })
  .readonly();

/** Facts of a class or of a phone. */
export type Facts = z.infer<typeof factsSchema>;

/** The name of a fact. */
export type FactName = keyof Facts;

/** The value of a fact. */
export type FactValue = NonNullable<Facts[FactName]>;

/** What a scenario needs of a phone: each named fact must have the value, or one of the values. */
export type FactConditions = Readonly<{
  [Name in FactName]?: Facts[Name] | readonly Facts[Name][];
}>;

/** A fact that is not as it is declared; null where nobody measured it. */
export interface FactDifference {
  readonly fact: FactName;
  readonly declared: FactValue;
  readonly measured: FactValue | null;
}

/** Every fact that `declared` states and `measured` lacks or has otherwise. */
export function factDifferences(declared: Facts, measured: Facts): readonly FactDifference[] {
  return factNames(declared).flatMap((fact) => {
    const value = declared[fact];
    return value === undefined || value === measured[fact]
      ? []
      : [{ fact, declared: value, measured: measured[fact] ?? null }];
  });
}

/** The first condition that the facts do not meet, as a sentence; null where they meet all. */
export function unmetCondition(conditions: FactConditions, facts: Facts): string | null {
  for (const fact of factNames(conditions)) {
    const wanted = conditions[fact];
    if (wanted === undefined) continue;
    const choices: readonly FactValue[] = Array.isArray(wanted) ? wanted : [wanted as FactValue];
    const actual = facts[fact];
    if (actual !== undefined && choices.includes(actual)) continue;
    const is = actual === undefined ? 'is not stated' : `is ${String(actual)}`;
    return `needs ${fact} ${choices.map(String).join(' or ')}, but it ${is}`;
  }
  return null;
}

function factNames(facts: FactConditions): readonly FactName[] {
  return factsSchema
    .unwrap()
    .keyof()
    .options.filter((name) => name in facts);
}
