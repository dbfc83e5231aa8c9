import type { RelyingPartyEvents } from './events.js';

/** Tells everything to each of several listeners, in their order. */
export function combineEvents(...listeners: readonly RelyingPartyEvents[]): RelyingPartyEvents {
  return {
    onAppraisal: (event) => {
      for (const listener of listeners) listener.onAppraisal?.(event);
    },
    onExchange: (event) => {
      for (const listener of listeners) listener.onExchange?.(event);
    },
    onRefusedConnection: (event) => {
      for (const listener of listeners) listener.onRefusedConnection?.(event);
    },
    onReceiptRefreshed: (event) => {
      for (const listener of listeners) listener.onReceiptRefreshed?.(event);
    },
    onFault: (error) => {
      for (const listener of listeners) listener.onFault(error);
    },
  };
}
