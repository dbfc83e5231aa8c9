import { expect, it } from 'vitest';
import { witnessOf, type WitnessSession } from './session-witness.js';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex').toString('base64');
const entry = (timestamp: number, message: string) => ({ timestamp, message, level: 'INFO' });

const session: WitnessSession = {
  takeScreenshot: () => Promise.resolve(PNG),
  getLogs: (type) => Promise.resolve([entry(0, `first of ${type}`), entry(1000, 'second')]),
};
const refuse = () => Promise.reject(new Error('Method is not implemented'));

it('asks for the log by the name that the platform has for it', async () => {
  expect(await witnessOf(session, 'android')).toEqual({
    screenshot: PNG,
    log: '1970-01-01T00:00:00.000Z first of logcat\n1970-01-01T00:00:01.000Z second\n',
  });
  expect((await witnessOf(session, 'ios')).log).toContain('first of syslog');
});

it('has what can be had', async () => {
  const dark = { ...session, takeScreenshot: refuse };
  expect((await witnessOf(dark, 'ios')).screenshot).toBeNull();
  expect((await witnessOf(dark, 'ios')).log).toContain('second');
  const silent = { ...session, getLogs: refuse };
  expect(await witnessOf(silent, 'ios')).toEqual({ screenshot: PNG, log: null });
});

it('keeps the last lines of a long log', async () => {
  const lines = Array.from({ length: 1000 }, (_, index) => entry(index, `line ${index}`));
  const { log } = await witnessOf({ ...session, getLogs: () => Promise.resolve(lines) }, 'ios');
  expect(log?.split('\n')).toHaveLength(401);
  expect(log).toContain('line 999\n');
  expect(log).not.toContain('line 599\n');
});
