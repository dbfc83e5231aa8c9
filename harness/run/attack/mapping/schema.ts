import { z } from 'zod';
import { jsonSchemaText } from '../../../configuration.js';
import { SERVICE_CODES, type ServiceCode } from '../../../relying-party/index.js';
import { CHECK_IDS, type CheckId } from '../../../verifier/index.js';
import { DEFAULT_ENCODINGS, TEXT_ENCODINGS } from './named-values.js';
import { pointerTokens } from './pointer.js';

const pointer = z
  .string()
  .refine((text) => pointerTokens(text) !== null, 'is no JSON pointer such as /error/reason')
  .describe('A JSON pointer (RFC 6901) into the answer.');

const template = z
  .string()
  .describe('Text in which {name} and {name:format} stand for what is sent; {{ is a brace.');

const headerName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'is no name of a header');

const sourceSchema = z
  .strictObject({
    at: pointer.optional(),
    header: headerName.optional(),
    as: z.enum(TEXT_ENCODINGS).optional().describe('How bytes are written there.'),
  })
  .refine(
    ({ at, header }) => (at === undefined) !== (header === undefined),
    'needs either at, a JSON pointer, or header, a name',
  );

const keepSchema = z
  .record(z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/, 'is no name such as deviceId'), sourceSchema)
  .default({})
  .describe('What later requests of the same phone may name.');

const json: z.ZodType = z.json();

const request = {
  method: z
    .string()
    .regex(/^[A-Z]+$/, 'is no method such as POST')
    .default('POST'),
  path: template.regex(/^\//, 'does not begin with a slash'),
  headers: z.record(headerName, template).default({}),
};

const requestSchema = z.strictObject({
  ...request,
  body: json.optional().describe('JSON whose texts are templates; a text is sent as it is.'),
});

const challengeSchema = requestSchema.extend({
  answer: z.strictObject({ challenge: sourceSchema, keep: keepSchema }),
});

const answer = z
  .strictObject({
    certificates: sourceSchema
      .optional()
      .describe('The client certificate and its chain, leaf first, where there is one.'),
    keyId: sourceSchema
      .optional()
      .describe('How requests name the key; left out: the SHA-256 of its public key.'),
    epoch: sourceSchema.optional().describe('What counters belong to; left out: 1.'),
    keep: keepSchema,
  })
  .prefault({});

const submissionSchema = z.strictObject({
  purpose: z.string().optional().describe('What {purpose} stands for.'),
  challenge: challengeSchema,
  submit: z
    .strictObject({
      'android-key': requestSchema.optional(),
      'app-attest-attestation': requestSchema.optional(),
      'app-attest-assertion': requestSchema.optional(),
    })
    .refine((formats) => Object.keys(formats).length > 0, 'names no format of evidence'),
  answer,
});

/** Bytes that a template makes, as they are or hashed. */
const digestSchema = z
  .strictObject({ bytes: template.optional(), sha256: template.optional() })
  .refine(
    ({ bytes, sha256 }) => (bytes === undefined) !== (sha256 === undefined),
    'needs either bytes or sha256',
  );

const signed = {
  ...request,
  otherPath: template
    .regex(/^\//, 'does not begin with a slash')
    .optional()
    .describe('Another resource that takes signed requests; attacks send them there.'),
  contentType: z.string().default('application/json'),
  payload: z.string().default('{"amount":1}').describe('The body as it is signed.'),
  body: json.optional().describe('What is sent; left out: the payload.'),
};

const conditionSchema = z.strictObject({
  statuses: z.array(z.union([z.int().min(200).max(599), z.enum(['2xx', '4xx'])])).min(1),
  where: z
    .strictObject({ at: pointer, is: z.union([z.string(), z.number(), z.boolean()]) })
    .optional()
    .describe('What must stand in the answer besides.'),
});

const checkIds = Object.keys(CHECK_IDS) as [CheckId, ...CheckId[]];
const serviceCodes = Object.keys(SERVICE_CODES) as [ServiceCode, ...ServiceCode[]];
const families = [...new Set(checkIds.map((id) => id.replace(/\/.*/, '/*')))];

const reasonMeaning = z.enum([...checkIds, ...serviceCodes, ...families]);

const answersSchema = z.strictObject({
  accepted: conditionSchema.prefault({ statuses: ['2xx'] }),
  refused: conditionSchema.prefault({ statuses: ['4xx'] }),
  reason: z
    .strictObject({
      at: pointer.optional(),
      header: headerName.optional(),
      status: z.literal(true).optional(),
    })
    .refine((from) => Object.keys(from).length === 1, 'needs one of at, header and status: true')
    .optional()
    .describe('Where a refusal tells its reason.'),
  reasons: z
    .record(z.string(), z.array(reasonMeaning).min(1))
    .optional()
    .describe(
      'The checks that a reason speaks of, or all of a format, such as csr/*. Left out: reasons are the codes of attestlab’s own interface.',
    ),
});

const secretSchema = z.union(
  [
    z.string(),
    z.strictObject({ env: z.string().min(1) }),
    z.strictObject({ file: z.string().min(1) }),
  ],
  'is neither text nor {env: NAME} nor {file: PATH}',
);

/** How a backend is spoken to, as a mapping file says it. */
export const mappingSchema = z.strictObject({
  encoding: z
    .enum(DEFAULT_ENCODINGS)
    .default('base64')
    .describe('How bytes are written where nothing else is said.'),
  headers: z
    .record(headerName, secretSchema)
    .default({})
    .describe('Sent with each request; a secret comes from the environment or an owner-only file.'),
  binding: z
    .strictObject({ 'android-key': digestSchema.optional(), 'app-attest': digestSchema.optional() })
    .describe('What evidence is made over: the attestation challenge, the client data hash.'),
  answers: answersSchema.prefault({}),
  enrolment: submissionSchema,
  signingKey: submissionSchema.optional(),
  renewal: submissionSchema.optional(),
  signedRequest: z
    .strictObject({
      ...signed,
      signs: template.describe('The bytes that the key signs, by ECDSA with SHA-256.'),
      signature: z.enum(['der', 'r-s']).default('der').describe('How {signature} is encoded.'),
    })
    .optional(),
  rfc9421Request: z
    .strictObject({ ...signed, body: z.never().optional() })
    .optional()
    .describe('Requests signed by RFC 9421, in our profile R.'),
  assertedRequest: z
    .strictObject({ ...signed, signs: digestSchema.describe('The client data hash.') })
    .optional()
    .describe('Requests signed by App Attest assertions.'),
});

/** See `mappingSchema`. */
export type MappingFile = z.output<typeof mappingSchema>;
/** A challenge and what is submitted for it. */
export type MappedSubmission = z.output<typeof submissionSchema>;
/** One request that is no signed one. */
export type MappedRequest = z.output<typeof requestSchema>;
/** What signed requests of every kind have. */
export interface SignedShape {
  readonly method: string;
  readonly path: string;
  readonly otherPath?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly payload: string;
  readonly body?: unknown;
}
/** Where in an answer something stands. */
export type Source = z.output<typeof sourceSchema>;
/** See `digestSchema`. */
export type Digest = z.output<typeof digestSchema>;
/** When an answer counts. */
export type Condition = z.output<typeof conditionSchema>;
/** What a refusal's reason may speak of: a check, a code that no check stands behind, a whole format. */
export type ReasonMeaning = z.output<typeof reasonMeaning>;

/** The JSON Schema of mapping files, by its place under `fixtures/schemas/`. */
export function mappingSchemaFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['mapping.schema.json', jsonSchemaText(mappingSchema, 'Mapping of a backend’s interface')],
  ]);
}
