import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppraisalLine } from './record.js';
import { evidenceReader, type RawEvidence } from './screened-evidence.js';

const SERIAL = 'ZY22B7XYZ9';
const IMEI = '490154203237518';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attestlab-evidence-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** What a report may show of a file with this content. */
function read(name: string, content: string | Uint8Array) {
  writeFileSync(join(folder, name), content);
  return reader().file(name);
}

function reader(raw: RawEvidence | null = null) {
  return evidenceReader({ folder, identifiers: [SERIAL], appraised: () => raw });
}

const appraisal: AppraisalLine = {
  ...{ seq: 1, at: '2026-11-23T01:02:03Z', type: 'appraisal', phone: 'pixel', scenario: 'a/b' },
  ...{ subject: 's', purpose: 'tls', format: 'android-key', verdict: 'accepted' },
  ...{ file: 'evidence/pixel/appraisals.jsonl', part: { offset: 0, bytes: 1 } },
  ...{ fileSha256: 'b'.repeat(64), resultSha256: 'b'.repeat(64) },
};

const pem = (bytes: string): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(bytes).toString('base64')}\n-----END CERTIFICATE-----\n`;

describe('evidence for reports', () => {
  it('is shown byte for byte where it names no unit', () => {
    const chain = pem('a certificate');
    expect(read('1.pem', chain)).toEqual({ type: 'text/plain', content: Buffer.from(chain) });
    const cbor = Uint8Array.of(0xa0, 0xff, 0x00);
    expect(read('1.cbor', cbor)).toEqual({ type: 'application/cbor', content: Buffer.from(cbor) });
  });

  it.each([
    ['a serial number in a certificate', '1.pem', pem(`ids: ${SERIAL.toLowerCase()}`)],
    ['an IMEI in a certificate that nobody knew of', '1.pem', pem(`ids: ${IMEI}.`)],
    ['a serial number in a request', '1.http', `GET /${SERIAL} HTTP/1.1\r\n\r\n`],
    ['an IMEI in binary evidence', '1.cbor', `\u0001${IMEI}\u0002`],
  ])('stays in the folder as a whole for %s', (_, name, content) => {
    expect(read(name, content)).toEqual({ withheld: 'it names the unit' });
  });

  it('never holds a token', () => {
    const digest = createHash('sha256').update('a.b.c.d.e').digest('hex');
    expect(read('1.jwe', 'a.b.c.d.e')).toEqual({ withheld: `a token, of SHA-256 ${digest}` });
  });

  it('masks the log of a device', () => {
    const log = read('1.log', `usb: ${SERIAL} attached\n`);
    expect('content' in log && Buffer.from(log.content).toString()).toBe(
      'usb: [masked] attached\n',
    );
  });

  it('is screened alike where it was appraised', () => {
    const chain = pem('a certificate');
    const shown = { extension: 'pem', bytes: Buffer.from(chain) };
    expect(reader(shown).appraised(appraisal)).toEqual({
      ...{ type: 'text/plain', content: Buffer.from(chain) },
    });
    const named = { extension: 'pem', bytes: Buffer.from(pem(SERIAL)) };
    expect(reader(named).appraised(appraisal)).toEqual({ withheld: 'it names the unit' });
    const token = { extension: 'jwe', bytes: Buffer.from('a.b.c.d.e') };
    expect(reader(token).appraised(appraisal)).toEqual({
      withheld: expect.stringContaining('a token') as string,
    });
  });

  it('says where there is none', () => {
    const absent = { withheld: 'it is not in the run folder' };
    expect(reader().file('gone.pem')).toEqual(absent);
    expect(reader().appraised(appraisal)).toEqual(absent);
  });
});
