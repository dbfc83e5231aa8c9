import { afterEach, describe, expect, it } from 'vitest';
import { HarnessError } from '../errors.js';
import { startControlApi, type ControlApi, type ControlHandlers } from './control-api.js';
import { createControlClient } from './control-client.js';

let api: ControlApi | null = null;

afterEach(async () => {
  await api?.close();
  api = null;
});

function handlers(overrides: Partial<ControlHandlers>): ControlHandlers {
  const refuse = (): never => {
    throw new Error('not asked for in this test');
  };
  return {
    'phones/ready': refuse,
    'phones/pull-lever': refuse,
    'phones/lost': refuse,
    'phones/released': refuse,
    'scenarios/start': refuse,
    'scenarios/finish': refuse,
    'scenarios/witness': refuse,
    observations: refuse,
    measurements: refuse,
    appraisals: refuse,
    'interceptors/start': refuse,
    'interceptors/finish': refuse,
    'client-certificates/issue': refuse,
    'proxies/start': refuse,
    'proxies/finish': refuse,
    'relying-party/arrival': refuse,
    'relying-party/describe': refuse,
    'relying-party/challenge': refuse,
    'relying-party/enrol': refuse,
    'relying-party/deny': refuse,
    'watch/let-pass': refuse,
    'watch/signals': refuse,
    ...overrides,
  };
}

function measurement(operation: string) {
  return { phone: 'p', operation, level: null, ms: 1 };
}

describe('the control API', () => {
  it('carries a request to its handler and the answer back', async () => {
    api = await startControlApi(
      handlers({ 'scenarios/start': ({ scenario }) => ({ planned: scenario === 'a/b' }) }),
    );
    const client = createControlClient(api);
    expect(await client.ask('scenarios/start', { phone: 'p', scenario: 'a/b' })).toEqual({
      planned: true,
    });
    expect(await client.ask('scenarios/start', { phone: 'p', scenario: 'a/c' })).toEqual({
      planned: false,
    });
  });

  it.each(['', 'Bearer ', 'Bearer nonsense', 'Basic abc'])(
    'answers 401 to authorization %j and never reaches the handler',
    async (authorization) => {
      let reached = false;
      api = await startControlApi(
        handlers({
          'phones/released': () => {
            reached = true;
            return {};
          },
        }),
      );
      const response = await fetch(`${api.url}/v1/phones/released`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ reports: [], asked: { phone: 'p' } }),
      });
      expect(response.status).toBe(401);
      expect(reached).toBe(false);
    },
  );

  it('refuses a body that does not fit its schema', async () => {
    api = await startControlApi(handlers({}));
    const response = await fetch(`${api.url}/v1/scenarios/start`, {
      method: 'POST',
      headers: { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reports: [], asked: { phone: 'p', scenario: 'a/b', extra: true } }),
    });
    expect(response.status).toBe(400);
  });

  it('keeps the code of a harness error over the wire', async () => {
    api = await startControlApi(
      handlers({
        'relying-party/describe': () => {
          throw new HarnessError('ERR_RELYING_PARTY', 'no answer');
        },
      }),
    );
    await expect(
      createControlClient(api).ask('relying-party/describe', { phone: 'p', backend: 'reference' }),
    ).rejects.toMatchObject({
      code: 'ERR_RELYING_PARTY',
    });
  });

  it('does what was reported before what is asked, in order and once', async () => {
    const done: string[] = [];
    const measured = ({ operation }: { operation: string }) => {
      done.push(operation);
      return {};
    };
    const finished = () => {
      done.push('finish');
      return { outcome: { outcome: 'met' as const } };
    };
    api = await startControlApi(handlers({ measurements: measured, 'scenarios/finish': finished }));
    const client = createControlClient(api);
    await client.report('measurements', measurement('first'));
    await client.report('measurements', measurement('second'));
    expect(done).toEqual([]);
    await client.ask('scenarios/finish', { phone: 'p', error: null });
    await client.ask('scenarios/finish', { phone: 'p', error: null });
    expect(done).toEqual(['first', 'second', 'finish', 'finish']);
  });

  it('does not do what is asked after a report that it could not take', async () => {
    let finished = false;
    api = await startControlApi(
      handlers({
        measurements: () => {
          throw new HarnessError('ERR_FILE_UNWRITABLE', 'the disk is full');
        },
        'scenarios/finish': () => {
          finished = true;
          return { outcome: { outcome: 'met' } };
        },
      }),
    );
    const client = createControlClient(api);
    await client.report('measurements', measurement('first'));
    await expect(client.ask('scenarios/finish', { phone: 'p', error: null })).rejects.toMatchObject(
      { code: 'ERR_FILE_UNWRITABLE' },
    );
    expect(finished).toBe(false);
  });

  it('that is gone is a cancelled run, not a verdict', async () => {
    api = await startControlApi(handlers({}));
    const client = createControlClient(api);
    await api.close();
    await expect(client.ask('phones/released', { phone: 'p' })).rejects.toMatchObject({
      code: 'ERR_CANCELLED',
    });
  });
});
