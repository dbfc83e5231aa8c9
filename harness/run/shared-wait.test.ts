import { describe, expect, it } from 'vitest';
import { sharedWait } from './shared-wait.js';

/** A wait whose acts end when the test says so. */
function waiting() {
  const acts: { readonly end: () => void; readonly fail: (error: Error) => void }[] = [];
  const wait = sharedWait(
    () =>
      new Promise<void>((resolve, reject) => {
        acts.push({ end: resolve, fail: reject });
      }),
  );
  return { acts, wait };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a shared wait', () => {
  it('acts once for all who wait at the same time, and anew for who came later', async () => {
    const { acts, wait } = waiting();
    const first = wait();
    await settled();
    const later = [wait(), wait()];
    await settled();
    expect(acts).toHaveLength(1);
    acts[0]?.end();
    await first;
    await settled();
    expect(acts).toHaveLength(2);
    acts[1]?.end();
    await Promise.all(later);
  });

  it('tells everyone after a failure that it failed, and does not act again', async () => {
    const { acts, wait } = waiting();
    const first = wait();
    await settled();
    acts[0]?.fail(new Error('EIO'));
    await expect(first).rejects.toThrow('EIO');
    await expect(wait()).rejects.toThrow('EIO');
    expect(acts).toHaveLength(1);
  });
});
