import { describe, expect, it } from 'vitest';
import { NAME_OID } from '../../encoding/distinguished-name.js';
import { customerAuthority, named, type Deviation } from '../testing/customer-authority.js';
import { softwareKey } from '../testing/test-phone.js';
import { assertAnchors, type CertificationOrder } from './issuer.js';
import { problemsOf } from './judge-issued.js';

const HOUR_MS = 60 * 60_000;
const NOW = new Date(Math.floor(Date.now() / 1000) * 1000);
const at = (hours: number) => new Date(NOW.getTime() + hours * HOUR_MS);
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

const authority = customerAuthority();
const { root, intermediate } = authority;
const order: CertificationOrder = {
  ...{ csr: new Uint8Array(), spki: softwareKey().spki, subject: 'phone-7' },
  ...{ notBefore: at(-1), notAfter: at(2) },
};
const leaf = authority.certify(order);

/** What is found about a chain, with an anchor, at a time. */
const found = (
  chain: readonly Uint8Array[],
  { anchors = [root], now = NOW }: { anchors?: readonly Uint8Array[]; now?: Date } = {},
) => problemsOf({ chain, order, anchors, now });

describe('an issued chain', () => {
  it('is as it was ordered with and without its anchor', () => {
    expect(found([leaf, intermediate])).toEqual([]);
    expect(found([leaf, intermediate, root])).toEqual([]);
    expect(found([leaf, intermediate], { anchors: [customerAuthority().root, root] })).toEqual([]);
  });

  it('may be valid for less time, and name more than the subject', () => {
    const deviation: Deviation = {
      ...{ notBefore: NOW, notAfter: at(1) },
      subject: [{ oid: NAME_OID.organization, value: 'Customer' }, ...named('phone-7')],
    };
    expect(found([authority.certify(order, deviation), intermediate])).toEqual([]);
  });

  it.each<readonly [string, Deviation, RegExp]>([
    ['is for another key', { spki: softwareKey().spki }, /its key is not the key of the request/],
    ['names somebody else', { subject: named('phone-8') }, /its subject is CN=phone-8, not CN=ph/],
    ['names two', { subject: [...named('phone-7'), ...named('root')] }, /its subject is CN=root,/],
    ['names nobody', { subject: [] }, /its subject is , not CN=phone-7/],
    ['is for servers', { usages: [SERVER_AUTH] }, /it is for 1\.3\.6\.1\.5\.5\.7\.3\.1, not for/],
    ['is for servers too', { usages: [SERVER_AUTH, CLIENT_AUTH] }, /1 and 1\.3\..*not for client/],
    ['is for anything', { usages: [] }, /it is for any usage, not for client authentication/],
    ['is an authority', { isAuthority: true }, /it is the certificate of an authority/],
    ['may not sign', { keyUsage: [2] }, /its key may not sign/],
    ['may sign certificates', { keyUsage: [0, 5] }, /its key may not sign, or certificates too/],
    ['begins a second too early', { notBefore: second(at(-1), -1) }, /it is valid .*, beyond/],
    ['ends a second too late', { notAfter: second(at(2), 1) }, /it is valid .*, beyond/],
    ['is over already', { notAfter: second(NOW, -1) }, /certificate 0 is not valid now/],
    ['is not valid yet', { notBefore: second(NOW, 1) }, /certificate 0 is not valid now/],
  ])('is refused where its leaf %s', (_, deviation, message) => {
    const problems = found([authority.certify(order, deviation), intermediate]);
    expect(problems).toEqual([expect.stringMatching(message)]);
  });

  it('is refused where it does not lead to an anchor', () => {
    const other = customerAuthority();
    const unchained = ['it does not chain to an anchor that is valid now'];
    expect(found([leaf])).toEqual(unchained);
    expect(found([leaf, intermediate], { anchors: [other.root] })).toEqual(unchained);
    expect(found([leaf, intermediate, root], { anchors: [other.root] })).toEqual(unchained);
    // The same names, signed by other keys.
    expect(found([leaf, other.intermediate])).toEqual([
      'certificate 0 is not signed by certificate 1',
    ]);
    expect(found([other.certify(order), intermediate])).toHaveLength(1);
  });

  it('is refused where a leaf stands in for an authority', () => {
    const posing = authority.certify(order, { subject: named('customer issuing') });
    expect(found([leaf, posing, intermediate])).toEqual([
      'certificate 0 is not signed by certificate 1',
    ]);
  });

  it('is refused where what is above it is over', () => {
    const old = customerAuthority({ notAfter: second(NOW, -1) });
    const chain = [old.certify(order), old.intermediate];
    expect(found(chain, { anchors: [old.root] })).toEqual(['certificate 1 is not valid now']);
  });

  it('is refused where there is none, or none that can be read', () => {
    expect(found([])).toEqual(['it holds no certificate']);
    expect(found([leaf.subarray(0, 100), intermediate])).toEqual([
      expect.stringMatching(/it cannot be read: /),
    ]);
    expect(found([new Uint8Array([...leaf, 0]), intermediate])).toEqual([
      expect.stringMatching(/it cannot be read: /),
    ]);
    expect(found(Array.from({ length: 11 }, () => leaf))).toEqual(['it has 11 certificates']);
  });
});

describe('the anchors of an issuer', () => {
  it('are authorities that signed themselves, and at least one', () => {
    assertAnchors([root]);
    expect(() => {
      assertAnchors([]);
    }).toThrow(/without an anchor/);
    for (const none of [intermediate, leaf]) {
      expect(() => {
        assertAnchors([root, none]);
      }).toThrow(/anchor 1 is no authority that signed itself: CN=/);
    }
  });
});

function second(moment: Date, by: number): Date {
  return new Date(moment.getTime() + by * 1000);
}
