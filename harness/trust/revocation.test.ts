import { describe, expect, it } from 'vitest';
import { normaliseSerial, parseRevocationList } from './revocation.js';

function list(entries: unknown): ReturnType<typeof parseRevocationList> {
  return parseRevocationList(JSON.stringify({ entries }), 0);
}

describe('a status list', () => {
  it('finds a serial in whatever form it was written', () => {
    const snapshot = list({
      '00AbC': { status: 'REVOKED', reason: 'KEY_COMPROMISE' },
      '0': { status: 'SUSPENDED' },
    });
    expect(snapshot.usable && [...snapshot.entries]).toEqual([
      ['0', { status: 'SUSPENDED', reason: null }],
      ['abc', { status: 'REVOKED', reason: 'KEY_COMPROMISE' }],
    ]);
  });

  it('keeps a word that it does not know, and the time when it was taken', () => {
    const snapshot = parseRevocationList('{"entries":{"1":{"status":"WITHDRAWN"}}}', 42);
    expect(snapshot).toMatchObject({ usable: true, takenAtMs: 42 });
    expect(snapshot.usable && snapshot.entries.get('1')?.status).toBe('WITHDRAWN');
  });

  it.each([
    ['is no JSON', '{"entries": {', /^not JSON/],
    ['is no object', '[]', /no object "entries"/],
    ['has no entries', '{}', /no object "entries"/],
    ['has a list for entries', '{"entries":[]}', /no object "entries"/],
    ['has a key that is no serial', '{"entries":{"0x1":{"status":"REVOKED"}}}', /"0x1" is no hex/],
    ['has an empty key', '{"entries":{"":{"status":"REVOKED"}}}', /"" is no hex/],
    ['has an entry without status', '{"entries":{"1":{}}}', /"1" has no status/],
    ['has an entry that is a word', '{"entries":{"1":"REVOKED"}}', /"1" has no status/],
    [
      'names one serial twice',
      '{"entries":{"a":{"status":"REVOKED"},"0A":{"status":"SUSPENDED"}}}',
      /"0A" is there twice/,
    ],
  ])('is unusable as a whole, never empty, where it %s', (_what, text, problem) => {
    const snapshot = parseRevocationList(text, 0);
    expect(snapshot.usable ? 'usable' : snapshot.problem).toMatch(problem);
  });

  it('does not take a serial of unbounded length', () => {
    expect(normaliseSerial('a'.repeat(128))).not.toBeNull();
    expect(normaliseSerial('a'.repeat(129))).toBeNull();
    expect(normaliseSerial('000')).toBe('0');
  });
});
