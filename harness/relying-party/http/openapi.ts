import type { FastifySchema } from 'fastify';
import { z } from 'zod';
import type { Listener } from '../events.js';
import { accepted } from '../reply.js';
import { problemSchema } from '../schemas.js';
import type { UnboundListener } from './listener.js';
import { possibleRefusals, type PossibleRefusals } from './possible-refusals.js';

/** Version of the interface that the documents describe: that of the paths. */
const API_VERSION = '1.0.0';

/** The diagnostics have no interface: whatever is asked, they explain the connection. */
type DescribedListener = Exclude<Listener, 'diagnostics'>;

const TITLES: Readonly<Record<DescribedListener, string>> = {
  enrolment: 'attestlab relying party: enrolment, without client certificates',
  api: 'attestlab relying party: interface over mutual TLS',
  admin: 'attestlab relying party: administration',
};

/** How a caller of each listener shows who he is. */
const SECURITY: Readonly<Record<DescribedListener, Readonly<Record<string, unknown>>>> = {
  enrolment: {},
  api: { mutualTls: { type: 'mutualTLS' } },
  admin: { bearer: { type: 'http', scheme: 'bearer' } },
};

/** What a description says of a route beside the schemas that the route validates with. */
export interface DescribedRoute {
  readonly summary: string;
  readonly refusals: PossibleRefusals;
  /** Headers that a check judges, so that a wrong one is refused with its code, and not as malformed. */
  readonly headers?: z.ZodObject;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Routes without it are no part of the interface. */
    readonly described?: DescribedRoute;
  }
}

/** A document of OpenAPI 3.1, as JSON has it. */
export type OpenApi = Readonly<Record<string, unknown>>;

/** Describes in OpenAPI 3.1 the routes that are added to a listener after this, and serves that. */
export function describeRoutes(
  { app, answering }: UnboundListener,
  listener: DescribedListener,
): () => OpenApi {
  const routes: RouteToDescribe[] = [];
  app.addHook('onRoute', ({ url, method, schema, config }) => {
    const described = config?.described;
    if (described === undefined) return;
    routes.push({ url, methods: [method].flat(), schema: schema ?? {}, described });
  });
  const securitySchemes = SECURITY[listener];
  let made: OpenApi | null = null;
  // Made once, by the first to ask: anybody may, as often as he likes.
  const describe = (): OpenApi => (made ??= document());
  const document = (): OpenApi => ({
    openapi: '3.1.0',
    info: { title: TITLES[listener], version: API_VERSION },
    paths: pathsOf(routes),
    components: { schemas: { Problem: jsonSchemaOf(problemSchema, 'output') }, securitySchemes },
    security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
  });
  app.get('/openapi.json', (request, response) =>
    answering.send(request, response, accepted(200, describe())),
  );
  return describe;
}

interface RouteToDescribe {
  readonly url: string;
  readonly methods: readonly string[];
  readonly schema: FastifySchema;
  readonly described: DescribedRoute;
}

function pathsOf(routes: readonly RouteToDescribe[]): OpenApi {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    // OpenAPI has no wildcard: what follows is a parameter there.
    const path = (paths[route.url.replace('*', '{path}')] ??= {});
    for (const method of route.methods) path[method.toLowerCase()] = operationOf(route);
  }
  return paths;
}

function operationOf({ url, schema, described }: RouteToDescribe): unknown {
  const { summary, refusals, headers } = described;
  const shape: Readonly<Record<string, z.core.$ZodType>> = headers?.shape ?? {};
  const inHeaders = Object.entries(shape).map(([name, value]) => ({
    ...{ name, in: 'header', required: !acceptsNothing(value) },
    schema: jsonSchemaOf(value, 'input'),
  }));
  const inPath = [...url.matchAll(/\*|:(\w+)/g)].map(([, name = 'path']) => ({
    ...{ name, in: 'path', required: true, schema: { type: 'string' } },
  }));
  const parameters = [...inPath, ...inHeaders];
  const { body, response } = schema;
  return {
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(isSchema(body)
      ? { requestBody: { required: true, content: json(jsonSchemaOf(body, 'input')) } }
      : {}),
    responses: { ...answersOf(response), ...problemsOf(refusals) },
  };
}

function answersOf(response: unknown): Readonly<Record<string, unknown>> {
  const answers = Object.entries(response ?? {}).filter(([, schema]) => isSchema(schema));
  return Object.fromEntries(
    answers.map(([status, schema]) => [
      status,
      { description: 'accepted', content: json(jsonSchemaOf(schema as z.ZodType, 'output')) },
    ]),
  );
}

// RFC 9457: one shape for all, and for each status the codes that it may carry.
function problemsOf(refusals: PossibleRefusals): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    possibleRefusals(refusals).map(([status, codes]) => {
      const these = { properties: { status: { const: status }, code: { enum: codes } } };
      const schema = { allOf: [{ $ref: '#/components/schemas/Problem' }, these] };
      const content = { 'application/problem+json': { schema } };
      return [status, { description: codes.join(', '), content }];
    }),
  );
}

function json(schema: unknown): unknown {
  return { 'application/json': { schema } };
}

function acceptsNothing(schema: z.core.$ZodType): boolean {
  return z.safeParse(schema, undefined).success;
}

function isSchema(value: unknown): value is z.ZodType {
  return value instanceof z.ZodType;
}

function jsonSchemaOf(schema: z.core.$ZodType, io: 'input' | 'output'): unknown {
  const plain = z.toJSONSchema(schema, { io });
  delete plain.$schema;
  return plain;
}
