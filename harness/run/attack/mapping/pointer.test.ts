import { describe, expect, it } from 'vitest';
import { pointerTokens, valueAt } from './pointer.js';

// RFC 6901, 5.
const DOCUMENT = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'e^f': 3,
  'g|h': 4,
  'i\\j': 5,
  'k"l': 6,
  ' ': 7,
  'm~n': 8,
};

describe('a JSON pointer', () => {
  it.each([
    ['', DOCUMENT],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/i\\j', 5],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
  ])('%j finds what the example of its specification has there', (pointer, found) => {
    expect(valueAt(DOCUMENT, pointer)).toEqual(found);
  });

  it.each(['/foo/2', '/foo/-', '/foo/00', '/foo/length', '/bar', '/foo/0/x', '/toString'])(
    '%j finds nothing',
    (pointer) => {
      expect(valueAt(DOCUMENT, pointer)).toBeUndefined();
    },
  );

  it.each(['foo', '/a~b', '/a~2', '/~'])('%j is none', (text) => {
    expect(pointerTokens(text)).toBeNull();
    expect(valueAt(DOCUMENT, text)).toBeUndefined();
  });

  it('takes an escaped tilde before a one for what it is', () => {
    expect(pointerTokens('/~01')).toEqual(['~1']);
  });
});
