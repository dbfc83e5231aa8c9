/**
 * Runs a builder that signs at once with a key that takes its time: first to learn what is to be
 * signed, then to put the signature in. The builder must be deterministic but for the signature.
 */
export async function signWithin<T>(
  sign: (message: Uint8Array) => Promise<Uint8Array>,
  build: (sign: (message: Uint8Array) => Uint8Array) => T,
): Promise<T> {
  const messages: Uint8Array[] = [];
  build((message) => {
    messages.push(message);
    return new Uint8Array();
  });
  const [message, ...more] = messages;
  if (message === undefined || more.length > 0) throw new Error('a builder that signs once');
  const signature = await sign(message);
  return build(() => signature);
}
