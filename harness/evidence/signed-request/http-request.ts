/** An HTTP request as it was received: what a signature over it may cover. */
export interface SignedHttpRequest {
  readonly method: string;
  /** The Host header, or `:authority`, as sent. */
  readonly authority: string;
  /** Path and query as sent. */
  readonly target: string;
  /** Names in any case, in the order sent, each as often as it was sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The body's bytes, before any decoding. */
  readonly body: Uint8Array;
}

/** Every value that a header was sent with. */
export function headerValues(request: SignedHttpRequest, name: string): readonly string[] {
  return request.headers.filter(([sent]) => sent.toLowerCase() === name).map(([, value]) => value);
}
