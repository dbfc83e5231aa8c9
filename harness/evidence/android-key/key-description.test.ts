import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../encoding/bytes.js';
import { der } from '../../encoding/der-writer.js';
import { parseAndroidKey } from './android-key.js';
import { hasTag } from './authorization-list.js';
import { parseKeyDescription, reaches, weakerLevel } from './key-description.js';
import { TAGS, type TagKind } from './tags.js';

type Entry = readonly [tag: number, value: Uint8Array];

function list(entries: readonly Entry[]): Uint8Array {
  return der.sequence(...entries.map(([tag, value]) => der.contextExplicit(tag, value)));
}

function record(
  hardware: Uint8Array,
  changes: { readonly version?: number; readonly level?: number } = {},
) {
  return der.sequence(
    der.integer(changes.version ?? 300),
    der.enumerated(changes.level ?? 1),
    der.integer(changes.version ?? 300),
    der.enumerated(2),
    der.octetString(utf8('challenge')),
    der.octetString(),
    der.sequence(),
    hardware,
  );
}

function problem(bytes: Uint8Array): string {
  const parsed = parseKeyDescription(bytes);
  return parsed.ok ? 'none' : parsed.malformation.message;
}

function hardwareOf(entries: readonly Entry[]) {
  const parsed = parseKeyDescription(record(list(entries)));
  if (!parsed.ok) throw new Error(parsed.malformation.message);
  return parsed.value.hardwareEnforced;
}

const key = der.octetString(new Uint8Array(32));

const GOOD: Readonly<Record<TagKind, Uint8Array>> = {
  integers: der.set(der.integer(1), der.integer(2)),
  integer: der.integer(7),
  null: der.null(),
  octets: der.octetString(utf8('x')),
  'root-of-trust': der.sequence(key, der.boolean(true), der.enumerated(0)),
};

describe('a key description', () => {
  it.each(Object.entries(TAGS))(
    'reads tag %s, and refuses a value of another type',
    (number, tag) => {
      const value =
        tag.name === 'attestationApplicationId'
          ? der.octetString(der.sequence(der.set(), der.set()))
          : GOOD[tag.kind];
      expect(hasTag(hardwareOf([[Number(number), value]]), Number(number))).toBe(true);
      const wrong = tag.kind === 'octets' ? der.integer(1) : der.octetString(utf8('x'));
      expect(problem(record(list([[Number(number), wrong]])))).not.toBe('none');
    },
  );

  it.each([1, 2, 3, 4, 100, 200, 300, 400, 500, 600])('may be of version %i', (version) => {
    const parsed = parseKeyDescription(record(der.sequence(), { version }));
    expect(parsed.ok && parsed.value.attestationVersion).toBe(version);
  });

  it('keeps tags in their order, says whether they ascend, and shows unknown ones', () => {
    const unsorted = hardwareOf([
      [702, der.integer(0)],
      [1, GOOD.integers],
      [9999, der.null()],
    ]);
    expect(unsorted.tags).toEqual([702, 1, 9999]);
    expect(unsorted.ordered).toBe(false);
    expect(unsorted.unknownTags.map(({ tag }) => tag)).toEqual([9999]);
    expect(
      hardwareOf([
        [1, GOOD.integers],
        [702, der.integer(0)],
      ]).ordered,
    ).toBe(true);
  });

  it('has a root of trust of three or four parts, and notes a TRUE that is not DER', () => {
    expect(hardwareOf([[704, GOOD['root-of-trust']]]).rootOfTrust?.verifiedBootHash).toBeNull();
    const lenient = Uint8Array.of(1, 1, 1);
    const four = der.sequence(key, lenient, der.enumerated(2), key);
    expect(hardwareOf([[704, four]]).rootOfTrust).toMatchObject({
      deviceLocked: true,
      deviceLockedOctet: 1,
      verifiedBootState: 'UNVERIFIED',
      verifiedBootHash: new Uint8Array(32),
    });
  });

  it('tells the weaker of two levels', () => {
    const parsed = parseKeyDescription(record(der.sequence(), { level: 1 }));
    expect(parsed.ok && weakerLevel(parsed.value)).toBe('TRUSTED_ENVIRONMENT');
    expect(reaches('STRONG_BOX', 'TRUSTED_ENVIRONMENT')).toBe(true);
    expect(reaches('SOFTWARE', 'TRUSTED_ENVIRONMENT')).toBe(false);
  });
});

describe('a key description is malformed', () => {
  it.each<readonly [string, Uint8Array, RegExp]>([
    ['with seven parts', der.sequence(der.integer(1)), /8 parts, not 1/],
    [
      'with a level that does not exist',
      record(der.sequence(), { level: 3 }),
      /no such attestationSecurityLevel/,
    ],
    [
      'with a tag twice',
      record(
        list([
          [503, der.null()],
          [503, der.null()],
        ]),
      ),
      /tag 503 comes twice/,
    ],
    [
      'with an unknown tag twice',
      record(
        list([
          [9999, der.null()],
          [9999, der.null()],
        ]),
      ),
      /tag 9999 comes twice/,
    ],
    [
      'with two values under a tag',
      record(der.sequence(der.contextConstructed(702, der.integer(0), der.integer(2)))),
      /702 holds no single value/,
    ],
    [
      'with an element that is no tag',
      record(der.sequence(der.integer(1))),
      /no explicit context tag/,
    ],
    [
      'with a boot state that does not exist',
      record(list([[704, der.sequence(key, der.boolean(true), der.enumerated(4))]])),
      /no such verifiedBootState/,
    ],
    [
      'with a root of trust of five parts',
      record(list([[704, der.sequence(key, der.boolean(true), der.enumerated(0), key, key)]])),
      /three or four parts/,
    ],
    [
      'with a package name that is no text',
      record(
        list([
          [
            709,
            der.octetString(
              der.sequence(
                der.set(der.sequence(der.octetString(Uint8Array.of(0xff)), der.integer(1))),
                der.set(),
              ),
            ),
          ],
        ]),
      ),
      /not UTF-8/,
    ],
    [
      'with bytes after the application id',
      record(list([[709, der.octetString(der.sequence(der.set(), der.set()), Uint8Array.of(0))]])),
      /1 bytes after the element/,
    ],
    [
      'with more tags than any list has',
      record(list(Array.from({ length: 129 }, (_, tag): Entry => [2000 + tag, der.null()]))),
      /129 authorization tags/,
    ],
    [
      'with more purposes than exist',
      record(list([[1, der.setAsGiven(...Array.from({ length: 65 }, () => der.integer(2)))]])),
      /65 members/,
    ],
  ])('%s', (_what, bytes, message) => {
    expect(problem(bytes)).toMatch(message);
  });

  it('at the byte where it is, counted from where the value begins in the certificate', () => {
    const bytes = record(list([[704, der.integer(1)]]));
    const parsed = parseKeyDescription(bytes, 1000);
    expect(parsed.ok ? -1 : parsed.malformation.offset).toBe(1000 + bytes.length - 3);
  });

  it('never by an exception, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(typeof parseKeyDescription(bytes).ok).toBe('boolean');
      }),
    );
  });

  it('in time that grows with its length alone, however deep it nests', () => {
    let nested: Uint8Array = der.null();
    for (let depth = 0; depth < 5000; depth++) nested = der.contextExplicit(9999, nested);
    expect(problem(record(der.sequence(nested)))).toBe('none');
  });
});

describe('a chain', () => {
  it('is bounded in length', () => {
    const { parsed } = parseAndroidKey(new Array<Uint8Array>(17).fill(Uint8Array.of(0)));
    expect(parsed).toMatchObject({
      ok: false,
      malformation: { message: 'a chain of 17 certificates' },
    });
  });
});
