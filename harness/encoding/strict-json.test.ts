import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsing } from './parsed.js';
import { readJson } from './strict-json.js';

describe('the strict JSON reader', () => {
  it('reads whatever the platform writes, and reads it alike', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.nat(4), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(readJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('reads nothing that the platform does not read', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(...Array.from('{}[]",:\\ 0123456789.eE+-truefalsn\t')),
          maxLength: 20,
        }),
        (text) => {
          const read = parsing(() => readJson(text));
          if (read.ok) expect(read.value).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  it.each([
    ['a member that is there twice', '{"a":1,"b":2,"a":3}', 13],
    ['one that is there twice in two spellings', '{"a":1,"\\u0061":2}', 7],
    ['one that is there twice further inside', '[{"x":{"a":1,"a":1}}]', 13],
    ['text after the value', '{} {}', 3],
    ['a comma after the last item', '[1,]', 3],
    ['a leading zero', '01', 1],
    ['a comment', '{}//', 2],
    ['a raw line feed in a string', '"a\nb"', 0],
    ['nothing', '', 0],
    ['nesting past the limit', '['.repeat(40), 33],
  ])('refuses %s and names the place', (_, text, offset) => {
    expect(parsing(() => readJson(text))).toMatchObject({ ok: false, malformation: { offset } });
  });

  it('takes __proto__ for a member like any other', () => {
    const value = readJson('{"__proto__":{"a":1}}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value as object)).toEqual(['__proto__']);
  });

  it('reads a long string in time that grows with its length', () => {
    const text = JSON.stringify('x'.repeat(200_000));
    expect(readJson(text)).toHaveLength(200_000);
  });
});
