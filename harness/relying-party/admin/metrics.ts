import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { DenyList } from '../deny-list.js';
import type { RelyingPartyEvents } from '../events.js';

/** From a refusal that was looked up to an enrolment with a long chain. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** What Prometheus reads of a relying party. Labels are of bounded sets: no client makes new ones. */
export interface Metrics {
  readonly events: RelyingPartyEvents;
  /** The exposition format's media type. */
  readonly contentType: string;
  text(): Promise<string>;
  /** How often something broke since the start. */
  faults(): number;
}

/** Counts what a relying party tells. */
export function createMetrics(): Metrics & {
  /** Says which list the gauge of denied keys counts. */
  watch(denyList: Pick<DenyList, 'entries'>): void;
} {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register, prefix: 'attestlab_' });
  const requests = new Counter({
    ...{ name: 'attestlab_requests_total', help: 'Requests that were answered.', registers },
    labelNames: ['listener', 'method', 'route', 'status', 'code'] as const,
  });
  const durations = new Histogram({
    ...{ name: 'attestlab_request_duration_seconds', help: 'Head to answer.', registers },
    ...{ labelNames: ['listener', 'route'] as const, buckets: SECONDS },
  });
  const failed = new Counter({
    ...{ name: 'attestlab_checks_failed_total', help: 'Checks that failed, by id.', registers },
    labelNames: ['check'] as const,
  });
  const appraisals = new Counter({
    ...{ name: 'attestlab_appraisals_total', help: 'Appraisals of evidence.', registers },
    labelNames: ['format', 'purpose', 'verdict'] as const,
  });
  const refused = new Counter({
    name: 'attestlab_refused_connections_total',
    help: 'Connections that TLS turned away or that broke before they stood.',
    ...{ registers, labelNames: ['listener', 'code'] as const },
  });
  const faults = new Counter({
    ...{ name: 'attestlab_faults_total', help: 'What broke; no refusal is one.', registers },
  });
  let denyList: Pick<DenyList, 'entries'> | null = null;
  new Gauge({
    ...{ name: 'attestlab_denied_keys', help: 'Keys on the deny list.', registers },
    collect() {
      this.set(denyList?.entries().length ?? 0);
    },
  });
  let faulty = 0;
  return {
    events: {
      onExchange: ({ listener, method, route, status, code, checks, durationMs }) => {
        const where = { listener, route: route ?? 'none' };
        requests.inc({ ...where, method, status, code: code ?? 'none' });
        durations.observe(where, durationMs / 1000);
        // Who has his certificate explained is refused nothing.
        if (listener === 'diagnostics') return;
        for (const check of checks) if (check.status === 'failed') failed.inc({ check: check.id });
      },
      onAppraisal: ({ purpose, input, result }) => {
        appraisals.inc({ format: input.evidence.format, purpose, verdict: result.verdict });
      },
      onRefusedConnection: ({ listener, code }) => {
        refused.inc({ listener, code });
      },
      onFault: () => {
        faulty += 1;
        faults.inc();
      },
    },
    contentType: register.contentType,
    text: () => register.metrics(),
    faults: () => faulty,
    watch: (list) => {
      denyList = list;
    },
  };
}
