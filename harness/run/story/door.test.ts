import { describe, expect, it } from 'vitest';
import type { ControlClient } from '../control-client.js';
import { describingOnce } from './door.js';

function counting(answer: (asked: number) => Promise<unknown>) {
  const asked: string[] = [];
  const ask = (route: string): Promise<unknown> => {
    asked.push(route);
    return answer(asked.length);
  };
  const client = { ask, report: () => Promise.resolve() } as ControlClient;
  return { asked, client: describingOnce(client) };
}

const reference = { phone: 'p', backend: 'reference' } as const;

describe('a client that describes once', () => {
  it('asks once what each relying party is, and everything else as often as it is asked', async () => {
    const { asked, client } = counting(() => Promise.resolve({}));
    await client.ask('relying-party/describe', reference);
    await client.ask('relying-party/describe', reference);
    await client.ask('relying-party/describe', { ...reference, backend: 'hasty' });
    await client.ask('appraisals', { phone: 'p' });
    await client.ask('appraisals', { phone: 'p' });
    expect(asked).toEqual([
      ...['relying-party/describe', 'relying-party/describe', 'appraisals', 'appraisals'],
    ]);
  });

  it('asks again where it was not told', async () => {
    const { client } = counting((count) =>
      count === 1 ? Promise.reject(new Error('not now')) : Promise.resolve({ rpId: 'a' }),
    );
    await expect(client.ask('relying-party/describe', reference)).rejects.toThrow('not now');
    expect(await client.ask('relying-party/describe', reference)).toEqual({ rpId: 'a' });
  });
});
