import type { RelyingPartyEvents } from '../relying-party/index.js';

/** Which requests relying parties have read behind mutual TLS, as they say themselves. */
export interface Arrivals {
  /** Keeps account beside whoever else listens. */
  watch(events: RelyingPartyEvents): RelyingPartyEvents;
  /** The status that a request for this path was answered with; null where none was ever read. */
  statusOf(path: string): number | null;
}

/** Paths that stories ask for to be told apart; what else is read is not kept. */
export const ARRIVAL_PATH = '/v1/time/';

/** An empty account. */
export function watchArrivals(): Arrivals {
  const statuses = new Map<string, number>();
  return {
    watch: (events) => ({
      ...events,
      onExchange(event) {
        if (event.listener === 'api' && event.path.startsWith(ARRIVAL_PATH)) {
          statuses.set(event.path, event.status);
        }
        events.onExchange?.(event);
      },
    }),
    statusOf: (path) => statuses.get(path) ?? null,
  };
}
