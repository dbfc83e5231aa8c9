/**
 * Lets those who wait for the same thing at the same time share one wait. An act that is under way may
 * have begun before what a new caller waits for, so that all new callers wait for the next one. Where
 * it failed once, everyone after that is told so: what came of it is unknown.
 */
export function sharedWait(act: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  const begin = async (): Promise<void> => {
    await running;
    next = null;
    running = act();
    await running;
  };
  return () => (next ??= begin());
}
