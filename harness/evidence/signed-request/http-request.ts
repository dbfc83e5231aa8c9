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
  const values: string[] = [];
  for (const [sent, value] of request.headers) {
    // Lengths first: every request asks for some ten names among as many.
    if (sent.length === name.length && sent.toLowerCase() === name) values.push(value);
  }
  return values;
}
