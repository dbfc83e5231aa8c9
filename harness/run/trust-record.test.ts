import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { productRoot } from '../product.js';
import { loadTrust, parseRevocationList } from '../trust/index.js';
import { decodeTrust, encodeTrust } from './trust-record.js';

const trust = {
  ...loadTrust(join(productRoot, 'fixtures', 'trust')),
  revocation: parseRevocationList('{"entries":{"a1":{"status":"REVOKED","reason":"X"}}}', 12),
};

describe('a recorded trust set', () => {
  it('is read back as it was', () => {
    expect(decodeTrust(encodeTrust(trust), 'trust.json')).toEqual(trust);
  });

  it('holds the keys of Play Integrity that a virtual lab has', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const playIntegrityKeys = {
      decryptionKey: new Uint8Array(32).fill(1),
      verificationKey: publicKey,
    };
    const back = decodeTrust(encodeTrust({ ...trust, playIntegrityKeys }), 'trust.json');
    expect(back.playIntegrityKeys?.decryptionKey).toEqual(playIntegrityKeys.decryptionKey);
    expect(back.playIntegrityKeys?.verificationKey.equals(publicKey)).toBe(true);
  });

  it('has one form', () => {
    expect(encodeTrust(decodeTrust(encodeTrust(trust), 'trust.json'))).toBe(encodeTrust(trust));
  });

  it('stays without a status list where there was none', () => {
    const without = { ...trust, revocation: null };
    expect(decodeTrust(encodeTrust(without), 'trust.json').revocation).toBeNull();
  });

  it.each(['', '{}', encodeTrust(trust).replace('"spki":"', '"spki":"!')])(
    'that is broken is an error that names its file',
    (text) => {
      expect(() => decodeTrust(text, 'the/trust.json')).toThrow('the/trust.json');
    },
  );
});
