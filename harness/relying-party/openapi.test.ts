import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CHECK_IDS } from '../verifier/check-ids.js';
import { createRelyingPartyClient, type OpenApi } from './index.js';
import { enrolled, refusalOf } from './testing/enrolled-phone.js';
import { startTestLab, type TestLab } from './testing/test-lab.js';
import { iPhone } from './testing/test-phone.js';

const LISTENERS = ['enrolment', 'api', 'admin'] as const;

const documentSchema = z.looseObject({
  openapi: z.literal('3.1.0'),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        responses: z.record(z.string(), z.looseObject({ content: z.unknown().optional() })),
      }),
    ),
  ),
});

const problemContent = z.object({
  'application/problem+json': z.object({
    schema: z.object({
      allOf: z.tuple([
        z.object({ $ref: z.literal('#/components/schemas/Problem') }),
        z.looseObject({
          properties: z.object({
            status: z.unknown(),
            code: z.looseObject({ enum: z.array(z.string()) }),
          }),
        }),
      ]),
    }),
  }),
});

let lab: TestLab;
beforeAll(async () => {
  lab = await startTestLab({ admin: { token: 'a'.repeat(43) } });
});
afterAll(async () => {
  await lab.party.close();
});

function described(listener: (typeof LISTENERS)[number]): OpenApi {
  return lab.party.openApi[listener]?.() ?? {};
}

function responsesOf(document: OpenApi, path: string, method: string) {
  const responses = documentSchema.parse(document).paths[path]?.[method]?.responses;
  if (responses === undefined) throw new Error(`${method} ${path} is not described`);
  return responses;
}

function codesOf(document: OpenApi, path: string, status: number): readonly string[] {
  const { content } = responsesOf(document, path, 'post')[status] ?? {};
  const [, { properties }] = problemContent.parse(content)['application/problem+json'].schema.allOf;
  return properties.code.enum;
}

describe('the description of the interface', () => {
  it.each(LISTENERS)('is OpenAPI 3.1 by a validator of it: %s', async (listener) => {
    const { valid, errors } = await new Validator().validate({
      ...described(listener),
    });
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  });

  it('is refused by that validator where it is none', async () => {
    const spoilt = { ...lab.party.openApi.enrolment(), info: {} };
    const { valid } = await new Validator().validate(spoilt);
    expect(valid).toBe(false);
  });

  it('is served by each listener, to whoever may connect to it', async () => {
    const { identity } = await enrolled(lab, iPhone(lab.vendors));
    const asked = { method: 'GET', headers: [], body: new Uint8Array() };
    const { enrolUrl, apiUrl, openApi } = lab.party;
    const one = await lab.transport()({ ...asked, url: `${enrolUrl}/openapi.json` });
    const other = await lab.transport(identity)({ ...asked, url: `${apiUrl}/openapi.json` });
    const read = (body: Uint8Array): unknown => JSON.parse(Buffer.from(body).toString());
    expect(read(one.body)).toEqual(openApi.enrolment());
    expect(read(other.body)).toEqual(openApi.api());
  });

  it('names each route of its listener with its answers', () => {
    const paths = (listener: (typeof LISTENERS)[number]) =>
      Object.keys(documentSchema.parse(described(listener)).paths).sort();
    expect(paths('enrolment')).toEqual([
      '/healthz',
      '/v1/challenges',
      '/v1/enrolments',
      '/v1/time',
    ]);
    expect(paths('api')).toEqual([
      ...['/healthz', '/v1/challenges', '/v1/orders', '/v1/orders/{path}', '/v1/renewals'],
      ...['/v1/signing-keys', '/v1/time'],
    ]);
    expect(
      Object.keys(responsesOf(lab.party.openApi.enrolment(), '/v1/enrolments', 'post')),
    ).toEqual(['201', '400', '403', '408', '409', '413', '415', '421', '431', '500', '503']);
  });

  it('lists the code of each refusal that is met', async () => {
    const { enrolUrl } = lab.party;
    const client = createRelyingPartyClient({ url: enrolUrl, transport: lab.transport() });
    const bare = { subject: 'someone', challenge: 'A'.repeat(43), csr: 'AAAA' };
    const { code, status } = refusalOf(await client.enrol(bare));
    expect(codesOf(lab.party.openApi.enrolment(), '/v1/enrolments', status)).toContain(code);
    expect(codesOf(lab.party.openApi.enrolment(), '/v1/enrolments', 400)).toEqual(['malformed']);
  });

  it('lists every refusal of a signed request, and none of another kind', () => {
    const judged = Object.entries(CHECK_IDS).filter(([id]) => id.startsWith('signed-request/'));
    const codes = codesOf(lab.party.openApi.api(), '/v1/orders', 403);
    expect(codes).toEqual(expect.arrayContaining(judged.map(([, { refusal }]) => refusal)));
    expect(codes).not.toContain('challenge_unknown');
  });
});
