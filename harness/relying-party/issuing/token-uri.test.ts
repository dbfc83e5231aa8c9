import { describe, expect, it } from 'vitest';
import { parseTokenUri } from './token-uri.js';

const MODULE = 'module-path=/usr/lib/softhsm/libsofthsm2.so';

describe('the PKCS#11 URI of a key', () => {
  it('names module, token, key and the file with the PIN', () => {
    const uri = `pkcs11:token=lab%20token;object=enrolment-ca?${MODULE}&pin-source=file:/etc/pin`;
    expect(parseTokenUri(uri)).toEqual({
      modulePath: '/usr/lib/softhsm/libsofthsm2.so',
      identity: { token: 'lab token' },
      ...{ object: 'enrolment-ca', pinFile: '/etc/pin' },
    });
  });

  it('is taken as tools print it, and tells tokens apart by all of it', () => {
    const uri =
      'pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;serial=5ef7;token=lab;slot-id=7;' +
      `object=ca%3Bold;type=private?${MODULE}`;
    expect(parseTokenUri(uri)).toMatchObject({
      identity: {
        ...{ token: 'lab', serial: '5ef7', manufacturer: 'SoftHSM project' },
        ...{ model: 'SoftHSM v2', slotId: 7 },
      },
      ...{ object: 'ca;old', pinFile: null },
    });
    expect(parseTokenUri(`pkcs11:slot-id=0;object=ca?${MODULE}`).identity).toEqual({ slotId: 0 });
  });

  it.each([
    ['/etc/enrolment-ca.key', /it begins with pkcs11:/],
    [`pkcs11:token=lab?${MODULE}`, /object= names the key/],
    ['pkcs11:token=lab;object=ca', /\?module-path= names the PKCS#11 module/],
    [`pkcs11:object=ca?${MODULE}`, /token=, serial= or slot-id= names the token/],
    [`pkcs11:model=SoftHSM;object=ca?${MODULE}`, /token=, serial= or slot-id= names the token/],
    [`pkcs11:token=lab;object=ca;id=%01?${MODULE}`, /"id" is none of token, serial, manufacturer/],
    [`pkcs11:token=lab;object=ca;object=cb?${MODULE}`, /object is there twice/],
    [`pkcs11:token=lab;object=?${MODULE}`, /object is empty/],
    [`pkcs11:token=%ff;object=ca?${MODULE}`, /token is not percent-encoded UTF-8/],
    [`pkcs11:token=lab;object=ca;type=cert?${MODULE}`, /its type= is private/],
    [`pkcs11:slot-id=one;object=ca?${MODULE}`, /slot-id is a number/],
    [`pkcs11:token=lab;object=ca?${MODULE}?x`, /it has one question mark at most/],
    [`pkcs11:token=lab;object=ca?${MODULE}&pin-source=|cat`, /a file, not a command/],
    [`pkcs11:token=lab;object=ca?${MODULE}&pin-source=file://host/pin`, /file of this machine/],
  ])('is refused as %s', (uri, message) => {
    expect(() => parseTokenUri(uri)).toThrow(message);
    expect(() => parseTokenUri(uri)).toThrow(
      expect.objectContaining({ code: 'ERR_USAGE' }) as Error,
    );
  });

  it('holds no PIN, and no message repeats one that it holds', () => {
    const uri = `pkcs11:token=lab;object=ca?${MODULE}&pin-value=4711`;
    expect(() => parseTokenUri(uri)).toThrow(/a PIN does not belong into it; use pin-source/);
    expect(() => parseTokenUri(uri)).not.toThrow(/4711/);
  });
});
