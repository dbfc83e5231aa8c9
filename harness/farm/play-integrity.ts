import { z } from 'zod';
import { jsonSchemaText, loadYaml } from '../configuration.js';
import type { LeverKind } from './plan.js';

const path = z.string().min(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 digest in lower-case hex');

/** How a lab of real phones opens the integrity tokens of its probe. Paths are relative to the lab. */
export const playIntegrityLabSchema = z
  .strictObject({
    classic: z
      .strictObject({
        decryptionKey: path.describe('AES-256 key of the Play Console in base64; owner-only'),
        verificationKey: path.describe('P-256 key of the Play Console, in base64 or PEM'),
      })
      .exactOptional()
      .describe('opens classic tokens here; left out: their stories are not planned'),
    standard: z
      .discriminatedUnion('decoder', [
        z.strictObject({
          decoder: z.literal('google'),
          packageName: z
            .string()
            .min(1)
            .describe('the app whose tokens are decoded, as the Play Console names it'),
          accessToken: path.describe(
            'OAuth token with the scope playintegrity, read anew for each call; owner-only',
          ),
          origin: z
            .url({ protocol: /^https$/ })
            .exactOptional()
            .describe('a server of your own that answers Google’s call; left out: Google’s'),
        }),
        z.strictObject({
          decoder: z.literal('recorded'),
          payloads: path.describe('what Google’s call has answered, as play-payloads.schema.json'),
        }),
      ])
      .exactOptional()
      .describe('decodes standard tokens, which Google alone can open'),
  })
  .refine(
    ({ classic, standard }) => classic !== undefined || standard !== undefined,
    'opens nothing: name classic, standard or both',
  );

/** The section `playIntegrity` of a lab, with whole paths. */
export type PlayIntegrityLab = z.infer<typeof playIntegrityLabSchema>;

/** Answers of Google's decode call, by the digest of the token that was asked about. */
export const playPayloadsSchema = z.strictObject({
  version: z.literal(1),
  answers: z.array(
    z.strictObject({
      tokenSha256: sha256,
      payload: z
        .string()
        .nullable()
        .describe('tokenPayloadExternal as JSON text; null: Google said it is no token of the app'),
    }),
  ),
});

/** The section with its paths made whole by `at`. */
export function locatePlayIntegrity(
  { classic, standard }: PlayIntegrityLab,
  at: (relative: string) => string,
): PlayIntegrityLab {
  return {
    ...(classic === undefined
      ? {}
      : {
          classic: {
            decryptionKey: at(classic.decryptionKey),
            verificationKey: at(classic.verificationKey),
          },
        }),
    ...(standard === undefined
      ? {}
      : {
          standard:
            standard.decoder === 'google'
              ? { ...standard, accessToken: at(standard.accessToken) }
              : { ...standard, payloads: at(standard.payloads) },
        }),
  };
}

/** What a lab can do about the tokens of real phones. */
export function playLevers(section: PlayIntegrityLab | null): readonly LeverKind[] {
  return [
    ...(section?.classic === undefined ? [] : ['play-console' as const]),
    ...(section?.standard === undefined ? [] : ['play-decode' as const]),
  ];
}

/** Recorded answers by the digest of their token. */
export function loadPlayPayloads(file: string): ReadonlyMap<string, string | null> {
  const { answers } = loadYaml(file, playPayloadsSchema).value;
  return new Map(answers.map(({ tokenSha256, payload }) => [tokenSha256, payload]));
}

/** The JSON Schema of recorded answers, by its place under `fixtures/schemas/`. */
export function playPayloadsSchemaFiles(): ReadonlyMap<string, string> {
  const text = jsonSchemaText(playPayloadsSchema, 'Answers of Google’s decode call');
  return new Map([['play-payloads.schema.json', text]]);
}
