import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { testCa } from '../testing/tls-server.js';
import { TlsContexts } from './tls-contexts.js';

const ca = testCa('a test authority');
const anchors = [ca.certificate];

/** A client with a fresh key, and a certificate for it. */
function client() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  return { chain: [ca.issue({ commonName: 'phone', spki })], key: privateKey };
}

describe('TLS contexts', () => {
  it('are made once for the same anchors, certificates and key', () => {
    const contexts = new TlsContexts();
    const own = client();
    const bare = contexts.of({ anchors, client: null });
    const authenticated = contexts.of({ anchors, client: own });
    expect(authenticated).not.toBe(bare);
    expect(contexts.of({ anchors, client: null })).toBe(bare);
    expect(contexts.of({ anchors, client: { ...own } })).toBe(authenticated);
  });

  it('differ where anchors or client do', () => {
    const contexts = new TlsContexts();
    const others = [testCa('another authority').certificate];
    const made = [
      contexts.of({ anchors, client: null }),
      contexts.of({ anchors: others, client: null }),
      contexts.of({ anchors, client: client() }),
      contexts.of({ anchors, client: client() }),
    ];
    expect(new Set(made).size).toBe(made.length);
  });

  it('never use a key that the certificate before had', () => {
    const contexts = new TlsContexts();
    const { chain, key } = client();
    contexts.of({ anchors, client: { chain, key } });
    expect(() => contexts.of({ anchors, client: { chain, key: client().key } })).toThrow(
      'key values mismatch',
    );
  });

  it('are forgotten, the oldest first', () => {
    const contexts = new TlsContexts();
    const first = contexts.of({ anchors, client: null });
    for (let more = 0; more < 16; more += 1) contexts.of({ anchors, client: client() });
    expect(contexts.of({ anchors, client: null })).not.toBe(first);
  });
});
