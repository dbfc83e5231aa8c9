import { describe, expect, it } from 'vitest';
import { toHex } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';
import { encodedBytes } from './encoded-bytes.js';
import { moment } from './moment.js';
import { renderError } from './render-error.js';
import { COLUMNS, wrapped } from './terminal.js';

const option = { name: '--challenge' };

describe('bytes of an argument', () => {
  it.each([
    ['hex:00FF', '00ff'],
    ['base64:AP8=', '00ff'],
    ['base64url:AP8', '00ff'],
    ['utf8:a:b', '613a62'],
    ['hex:', ''],
  ])('are read by their prefix: %s', (argument, hex) => {
    expect(toHex(encodedBytes(argument, option))).toBe(hex);
  });

  it.each(['00ff', 'HEX:00', 'toString:00', ':00', ''])('need a known prefix: "%s"', (argument) => {
    expect(() => encodedBytes(argument, option)).toThrow(/--challenge: .* hex: base64: base64url:/);
  });

  it.each(['hex:0', 'hex:0g', 'base64:AP8', 'base64:AP9=', 'base64url:AP8=', 'base64url:AP9'])(
    'are decoded strictly: %s',
    (argument) => {
      expect(() => encodedBytes(argument, option)).toThrow(/is no strict/);
    },
  );
});

describe('a time of an argument', () => {
  it('is ISO 8601 with its zone', () => {
    expect(moment('2026-01-31T12:00:00Z', option).toISOString()).toBe('2026-01-31T12:00:00.000Z');
    expect(moment('2026-01-31T12:00+02:00', option).toISOString()).toBe('2026-01-31T10:00:00.000Z');
  });

  it.each(['2026-01-31', '2026-01-31T12:00:00', '2026-13-31T12:00:00Z', 'now', ''])(
    'is refused otherwise: "%s"',
    (text) => {
      expect(() => moment(text, option)).toThrow(/is no time like/);
    },
  );
});

describe('text for people', () => {
  it('is at most 80 columns wide, also with a word that is longer than a line', () => {
    const text = wrapped(`one two ${'x'.repeat(200)} three`, { first: '  name: ', next: '    ' });
    expect(text.split('\n').every((line) => line.length <= COLUMNS)).toBe(true);
    expect(text.replace(/\s+/g, '')).toBe(`name:onetwo${'x'.repeat(200)}three`);
  });

  it('keeps the first indent where there is no word', () => {
    expect(wrapped('', { first: '  a:', next: '    ' })).toBe('  a:\n');
  });
});

describe('an error', () => {
  const rendered = (error: unknown): { exit: number; text: string } => {
    let text = '';
    const collect = (part: string): void => {
      text += part;
    };
    return { exit: renderError(error, { out: collect, err: collect }), text };
  };

  it('that the user can mend shows message, remedy and code', () => {
    const { exit, text } = rendered(new HarnessError('ERR_FILE_INVALID', 'a.pem: line 3'));
    expect(exit).toBe(2);
    expect(text).toBe(
      'error: a.pem: line 3\nremedy: correct the named place in the file\ncode: ERR_FILE_INVALID\n',
    );
  });

  it('of our own code shows its stack and exits 70', () => {
    const { exit, text } = rendered(new TypeError('x is not a function'));
    expect(exit).toBe(70);
    expect(text).toMatch(/TypeError: x is not a function\n\s+at .*[\s\S]*bug in attestlab/);
  });
});
