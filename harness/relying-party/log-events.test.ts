import { describe, expect, it } from 'vitest';
import { loggingEvents } from './index.js';
import { enrolled, withSigningKey } from './testing/enrolled-phone.js';
import { startTestLab } from './testing/test-lab.js';
import { iPhone } from './testing/test-phone.js';

function capture() {
  const lines: string[] = [];
  const events = loggingEvents({ write: (line) => void lines.push(line) });
  return { lines, events };
}

describe('the log of a relying party', () => {
  it('holds a line for each exchange and no secret of any', async () => {
    const { lines, events } = capture();
    const bodies: string[] = [];
    const lab = await startTestLab({ events });
    const phone = await enrolled(lab, iPhone(lab.vendors));
    const { registered } = await withSigningKey(lab, phone);
    await lab.enrolClient().enrol({
      ...{ subject: 'someone', challenge: 'A'.repeat(43), csr: 'c2VjcmV0Ym9keQ' },
    });
    bodies.push('c2VjcmV0Ym9keQ', 'A'.repeat(43), lab.pki.server.privateKey.slice(40, 90));
    await lab.party.close();
    const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(told.map(({ status, path }) => [path, status])).toEqual([
      ['/v1/challenges', 201],
      ['/v1/enrolments', 201],
      ['/v1/challenges', 201],
      ['/v1/signing-keys', 201],
      ['/v1/enrolments', 403],
    ]);
    expect(told.at(-1)).toMatchObject({
      ...{ level: 'warn', code: 'challenge_unknown', failed: ['challenge/known'] },
    });
    expect(told[3]).toMatchObject({ level: 'info', keyId: registered.keyId });
    for (const secret of bodies) expect(lines.join('')).not.toContain(secret);
  });

  it('blots out what somebody logs by mistake', () => {
    const { lines, events } = capture();
    events.log.info({ token: 'hunter2', request: { nonce: 'hunter2' } }, 'a mistake');
    expect(lines.join('')).not.toContain('hunter2');
  });

  it('keeps lines whole and short, whatever a client asks for', async () => {
    const { lines, events } = capture();
    const lab = await startTestLab({ events });
    const url = `${lab.party.enrolUrl}/${'x'.repeat(4000)}%0a%0d`;
    await lab.transport()({ method: 'GET', url, headers: [], body: new Uint8Array() });
    await lab.party.close();
    expect(lines).toHaveLength(1);
    expect(lines[0]?.length).toBeLessThan(600);
    expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
  });
});
