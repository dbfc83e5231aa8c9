import { z } from 'zod';
import {
  attestationResultSchema,
  checkResultSchema,
  claimValueSchema,
  observationSchema,
  signalSchema,
} from '../expectation/observation.js';
import { outcomeSchema } from '../expectation/outcome.js';
import { installedProbeSchema } from '../report/record.js';
import { leverSchema } from './levers.js';
import { BACKEND_IDS, CERTIFICATE_FAULTS, MIDDLES, PINNINGS } from './stage-words.js';

const name = z.string().min(1).max(200);
const base64url = z.string().regex(/^[A-Za-z0-9_-]*$/);
const nothing = z.strictObject({});
const backend = z.enum(BACKEND_IDS);
const error = z.strictObject({ code: name, message: z.string() }).readonly();

/** Evidence as the relying party takes it; the relying party judges its form. */
const evidence = z.record(z.string(), z.unknown()).readonly();

/** What a relying party answered: a refusal's code, or what it issued. */
export const exchangeSchema = z
  .strictObject({
    status: z.number().int(),
    code: z.string().nullable(),
    checks: z.array(checkResultSchema).readonly(),
    /** The answer's JSON. */
    body: z.record(z.string(), z.unknown()).readonly(),
  })
  .readonly();

/** What a relying party answered. */
export type Exchange = z.infer<typeof exchangeSchema>;

/**
 * Everything that a worker may ask of the run that started it: the one way from a story to the
 * relying party and to the journal. Each route is a POST of `request`, answered by `answer`.
 */
export const CONTROL_ROUTES = {
  'phones/ready': {
    request: z.strictObject({
      phone: name,
      facts: z.record(z.string(), claimValueSchema),
      /** The chain of a key that was made to see what the keystore attests; null where it does not. */
      attestation: z.array(base64url).readonly().nullable(),
      /** What the phone's system says of the installed probe; null where it says nothing. */
      installed: installedProbeSchema.nullable(),
    }),
    /** Whether anything is expected of a phone with these facts. */
    answer: z.strictObject({ judged: z.boolean() }),
  },
  'phones/lost': { request: z.strictObject({ phone: name, error }), answer: nothing },
  'phones/released': { request: z.strictObject({ phone: name }), answer: nothing },
  'scenarios/start': {
    request: z.strictObject({ phone: name, scenario: name }),
    answer: z.strictObject({ planned: z.boolean() }),
  },
  'scenarios/finish': {
    request: z.strictObject({ phone: name, error: error.nullable() }),
    answer: z.strictObject({ outcome: outcomeSchema }),
  },
  /** What a phone showed and logged, where a scenario did not end as expected. */
  'scenarios/witness': {
    request: z.strictObject({
      phone: name,
      scenario: name,
      /** PNG. */
      screenshot: z.base64().nullable(),
      log: z.string().nullable(),
    }),
    answer: nothing,
  },
  observations: {
    request: z.strictObject({ phone: name, name, observation: observationSchema }),
    answer: nothing,
  },
  measurements: {
    request: z.strictObject({
      phone: name,
      operation: name,
      level: name.nullable(),
      ms: z.number().nonnegative(),
    }),
    answer: nothing,
  },
  /** What the relying party's verifier said of this phone's evidence since the scenario began. */
  appraisals: {
    request: z.strictObject({ phone: name }),
    answer: z.strictObject({ results: z.array(attestationResultSchema).readonly() }),
  },
  /** Does something to a phone of this lab; what it did ends with the scenario. */
  'phones/pull-lever': {
    request: z.strictObject({ phone: name, lever: leverSchema }),
    answer: nothing,
  },
  'relying-party/describe': {
    request: z.strictObject({ phone: name, backend }),
    answer: z.strictObject({
      rpId: name,
      enrolUrl: z.url(),
      apiUrl: z.url(),
      /** Where refused handshakes are explained; null where nobody does. */
      diagnosticsUrl: z.url().nullable(),
      /** DER certificates that the phone trusts for it. */
      anchors: z.array(base64url).readonly(),
      /** DER certificates of interceptors that the phone's owner was made to trust. */
      interceptionAnchors: z.array(base64url).readonly(),
      /** The pins of each way to pin. */
      pins: z.record(z.enum(PINNINGS), z.array(z.string()).readonly()).readonly(),
    }),
  },
  'interceptors/start': {
    request: z.strictObject({
      phone: name,
      middle: z.enum(MIDDLES),
      before: z.enum(['enrolment', 'api']),
      clientCertificate: z.enum(['asked', 'not-asked']),
    }),
    answer: z.strictObject({ id: name, url: z.url() }),
  },
  'interceptors/finish': {
    request: z.strictObject({ phone: name, id: name }),
    answer: z.strictObject({
      bytesFromClient: z.int().nonnegative(),
      bytesToClient: z.int().nonnegative(),
      clientCertificate: z.enum(['not-asked', 'withheld', 'shown']),
      /** What the client sent, as far as it was kept; for comparison, never for a journal. */
      plaintext: base64url,
    }),
  },
  /** Starts a rule-based proxy that reads every request and answers in the server's place. */
  'proxies/start': {
    request: z.strictObject({ phone: name }),
    answer: z.strictObject({ id: name, address: name, anchor: base64url }),
  },
  'proxies/finish': {
    /** `body` is what the phone sent, base64url. */
    request: z.strictObject({ phone: name, id: name, body: base64url }),
    answer: z.strictObject({ matching: z.int(), bodyBytes: z.int() }),
  },
  'client-certificates/issue': {
    request: z.strictObject({ phone: name, spki: base64url, fault: z.enum(CERTIFICATE_FAULTS) }),
    answer: z.strictObject({ chain: z.array(base64url).readonly() }),
  },
  /** Whether the relying party read a request for this path; an error where it could have read none. */
  'relying-party/arrival': {
    request: z.strictObject({ phone: name, backend, path: name }),
    answer: z.strictObject({ status: z.int().nullable() }),
  },
  'relying-party/challenge': {
    request: z.strictObject({ phone: name, backend, subject: name }),
    answer: exchangeSchema,
  },
  'relying-party/enrol': {
    request: z.strictObject({
      phone: name,
      backend,
      subject: name,
      challenge: base64url,
      csr: base64url,
      evidence: evidence.nullable(),
      /** A verdict of Play Integrity beside it. */
      playIntegrity: evidence.nullable(),
    }),
    answer: exchangeSchema,
  },
  /** Puts a key on the deny list of the relying party, or takes it off. */
  'relying-party/deny': {
    request: z.strictObject({ phone: name, backend, keyId: base64url, denied: z.boolean() }),
    answer: nothing,
  },
  /** Lets time pass at once at the relying party that watches this phone. */
  'watch/let-pass': {
    request: z.strictObject({ phone: name, ms: z.int().nonnegative() }),
    answer: nothing,
  },
  /** What that relying party makes of the traffic of one of the phone's keys. */
  'watch/signals': {
    request: z.strictObject({ phone: name, keyId: base64url }),
    answer: z.strictObject({ signals: z.array(signalSchema).readonly() }),
  },
} as const;

/** A route of the control API. */
export type ControlRoute = keyof typeof CONTROL_ROUTES;

/** Routes whose answer says nothing: a worker need not wait for it. */
export const REPORT_ROUTES = ['measurements', 'observations', 'watch/let-pass'] as const;

/** A route whose answer says nothing. */
export type ReportRoute = (typeof REPORT_ROUTES)[number];

/**
 * What a worker sends to a route: what it reports, oldest first, and then what it asks. The run does
 * all of it in this order, and answers what was asked only if everything before it was done.
 */
export const controlBodySchema = z.strictObject({
  reports: z.array(z.strictObject({ route: z.enum(REPORT_ROUTES), request: z.unknown() })),
  asked: z.unknown(),
});

/** What a worker sends to a route. */
export type ControlBody = z.infer<typeof controlBodySchema>;

/** What a route is asked. */
export type ControlRequest<Route extends ControlRoute> = z.infer<
  (typeof CONTROL_ROUTES)[Route]['request']
>;

/** What a route answers. */
export type ControlAnswer<Route extends ControlRoute> = z.infer<
  (typeof CONTROL_ROUTES)[Route]['answer']
>;

/** How a run is found by the workers that it started. */
export const CONTROL_ENV = {
  url: 'ATTESTLAB_CONTROL_URL',
  token: 'ATTESTLAB_CONTROL_TOKEN',
  probeSecret: 'ATTESTLAB_PROBE_SECRET',
} as const;
