import { describe, expect, it } from 'vitest';
import { CHECK_IDS, type CheckId } from './check-ids.js';
import { describe as words } from './check.js';
import { FORMATS } from './formats.js';
import { BASELINE, LAB, POLICIES, STRICT } from './policies.js';

const formats = Object.values(FORMATS);
const checks = formats.flatMap((format) => format.checks);

describe('every policy', () => {
  it.each(Object.values(POLICIES).map((policy) => [policy.id, policy] as const))(
    '%s requires something of each format, of checks that exist, once',
    (id, policy) => {
      expect(POLICIES).toHaveProperty(id, policy);
      for (const format of formats) {
        const ids = format.checks.map((check) => check.id);
        expect(ids.filter((check) => policy.required.includes(check))).not.toEqual([]);
      }
      const listed = [...policy.required, ...policy.reported];
      const known = new Set(checks.map(({ id: check }) => check));
      expect(listed.filter((check) => !known.has(check))).toEqual([]);
      expect(new Set(listed).size).toBe(listed.length);
    },
  );

  it('demands no less the stricter it is', () => {
    const missing = (from: readonly CheckId[], of: readonly CheckId[]): readonly CheckId[] =>
      of.filter((id) => !from.includes(id));
    expect(missing(STRICT.required, BASELINE.required)).toEqual([]);
    expect(missing(LAB.required, STRICT.required)).toEqual([]);
    expect(LAB.reported.filter((id) => id.startsWith('android-key/'))).toEqual([]);
  });
});

describe('every check', () => {
  it('has an id of the table, and each id is used by one check alone', () => {
    const ids = checks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !(id in CHECK_IDS))).toEqual([]);
  });

  it('needs only checks that stand before it in its own format', () => {
    for (const format of formats) {
      format.checks.forEach((check, index) => {
        const before = format.checks.slice(0, index).map(({ id }) => id);
        expect(check.needs.filter((id) => !before.includes(id))).toEqual([]);
      });
    }
  });

  it('says in words what it demands, whence, and what it stops', () => {
    for (const check of checks) {
      expect(words(check)).toMatch(/^.{10,} \(.{3,}\)\. Without it: .{10,}$/);
    }
  });
});
