/** What came of asking for a newer receipt. */
export type Refreshed =
  | { readonly outcome: 'newer'; readonly receipt: Uint8Array }
  /** It was asked for too early. */
  | { readonly outcome: 'not-due' }
  /** Nothing is known of the phone any more, until it attests again. */
  | { readonly outcome: 'no-data' }
  /** This receipt or how it was asked about is wrong; others may do. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** Nobody can be asked for now, about any receipt. */
  | {
      readonly outcome: 'unavailable';
      readonly reason: string;
      /** How long not to ask, where that was said. */
      readonly retryAfterMs: number | null;
    };

/** Exchanges a receipt of App Attest for a newer one, which nobody but Apple's server can. */
export interface ReceiptRefresher {
  refresh(receipt: Uint8Array): Promise<Refreshed>;
}
