import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../encoding/bytes.js';
import { parseCsr } from '../evidence/csr/index.js';
import { parseAndroidKey } from '../evidence/android-key/index.js';
import { parseSignedRequest } from '../evidence/signed-request/index.js';
import { createLabPki } from '../relying-party/index.js';
import { rawEvidence } from './raw-evidence.js';

describe('raw evidence', () => {
  it('is a PEM chain that another reader of certificates loads', async () => {
    const { serverAnchor } = await createLabPki({ dnsName: 'api.lab.test', now: new Date() });
    const { extension, bytes } = rawEvidence(parseAndroidKey([serverAnchor]));
    expect(extension).toBe('pem');
    expect(new X509Certificate(bytes).raw).toEqual(Buffer.from(serverAnchor));
  });

  it('keeps bytes that do not parse as they came', () => {
    const bytes = Uint8Array.of(0x30, 0x03, 0x02);
    expect(rawEvidence(parseCsr(bytes))).toEqual({ extension: 'csr', bytes });
  });

  it('writes a request as it went over the wire', () => {
    const request = {
      method: 'POST',
      authority: 'api.lab.test',
      target: '/v1/orders?dry=1',
      headers: [['Host', 'api.lab.test']] as const,
      body: utf8('{"amount":10}'),
    };
    const { bytes } = rawEvidence(parseSignedRequest(request));
    expect(Buffer.from(bytes).toString()).toBe(
      'POST /v1/orders?dry=1 HTTP/1.1\r\nHost: api.lab.test\r\n\r\n{"amount":10}',
    );
  });
});
