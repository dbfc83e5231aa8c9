import { describe, expect, it } from 'vitest';
import { HarnessError } from '../errors.js';
import type { ControlClient } from './control-client.js';
import type { ControlRequest } from './control-protocol.js';
import { createTeller } from './teller.js';

type Finish = ControlRequest<'scenarios/finish'>;

function tellerWhose(finish: (asked: Finish) => object) {
  const ask = (route: string, asked: unknown): Promise<unknown> => {
    if (route === 'scenarios/start') return Promise.resolve({ planned: true });
    if (route !== 'scenarios/finish') return Promise.reject(new Error(`${route} is asked`));
    return new Promise((resolve) => {
      resolve(finish(asked as Finish));
    });
  };
  return createTeller({
    phone: { alias: 'p', platform: 'android', probe: { app: 'a', install: null } },
    control: { ask, report: () => Promise.resolve() } as ControlClient,
    secret: 's',
    lane: {
      open: () => Promise.reject(new HarnessError('ERR_PROBE_PROTOCOL', 'no probe')),
      installed: () => Promise.resolve(null),
      remove: () => Promise.resolve(),
      witness: () => Promise.resolve({ screenshot: null, log: null }),
    },
  });
}

describe('a teller', () => {
  it('finishes a story once more where the run did not take its last reports', async () => {
    const asked: Finish[] = [];
    const teller = tellerWhose((finish) => {
      asked.push(finish);
      if (asked.length === 1) throw new Error('observed one name twice');
      return { outcome: { outcome: 'inconclusive', error: finish.error } };
    });
    await expect(teller.tell('a/b', () => Promise.resolve())).rejects.toThrow(/inconclusive/);
    const error = { code: 'ERR_PROBE_PROTOCOL', message: 'no probe' };
    expect(asked).toEqual([
      { phone: 'p', error },
      { phone: 'p', error },
    ]);
  });

  it('does not go on where the run does not take it a second time', async () => {
    const teller = tellerWhose(() => {
      throw new HarnessError('ERR_CANCELLED', 'the run is gone');
    });
    await expect(teller.tell('a/b', () => Promise.resolve())).rejects.toMatchObject({
      code: 'ERR_CANCELLED',
    });
  });
});
