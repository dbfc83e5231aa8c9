import { gzipSync } from 'node:zlib';
import { connect } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodePemCertificate } from '../encoding/pem.js';
import { toBase64url } from '../encoding/bytes.js';
import { MemoryStore } from './index.js';
import { newSubject, refusalOf, valueOf } from './testing/enrolled-phone.js';
import { RP_ID, startTestLab, type TestLab } from './testing/test-lab.js';
import { androidPhone } from './testing/test-phone.js';

const HASTY = { headMs: 300, requestMs: 600, everyMs: 50 };
const SUBJECT = '{"subject":"someone","purpose":"tls"}';

const store = new MemoryStore();
const issued = vi.spyOn(store, 'addChallenge');
const registered = vi.spyOn(store, 'saveRegistration');

let lab: TestLab;
beforeAll(async () => {
  lab = await startTestLab({ store, patience: HASTY });
});
beforeEach(() => {
  issued.mockClear();
  registered.mockClear();
});
afterAll(async () => {
  expect(lab.faults).toEqual([]);
  await lab.party.close();
});

/** Sends bytes over a connection of its own and reads until the server ends it. */
function answerTo(...parts: readonly (string | Uint8Array)[]): Promise<string> {
  const { port } = new URL(lab.party.enrolUrl);
  return new Promise((resolve) => {
    let received = '';
    const socket = connect({
      ...{ host: '127.0.0.1', port: Number(port), servername: 'localhost' },
      ca: encodePemCertificate(lab.pki.serverAnchor),
    });
    socket.on('secureConnect', () => {
      for (const part of parts) socket.write(part);
    });
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    // A server that has answered need not read what still comes.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(received);
    });
  });
}

function head(...lines: readonly string[]): string {
  const { host } = new URL(lab.party.enrolUrl);
  const usual = ['POST /v1/challenges HTTP/1.1', `Host: ${host}`, 'Connection: close'];
  return [...usual, ...lines, '', ''].join('\r\n');
}

const JSON_TYPE = 'Content-Type: application/json';
const LENGTH = `Content-Length: ${SUBJECT.length}`;
const squeezed = gzipSync(SUBJECT);

describe('bad input over a raw socket', () => {
  it('is refused for the reason, while good input of the same shape is not', async () => {
    expect(await answerTo(head(JSON_TYPE, LENGTH), SUBJECT)).toMatch(/^HTTP\/1\.1 201 /);
    expect(issued).toHaveBeenCalledOnce();
  });

  it('takes a chunked body for what it says', async () => {
    const chunks = `5\r\n${SUBJECT.slice(0, 5)}\r\n20\r\n${SUBJECT.slice(5)}\r\n0\r\n\r\n`;
    const answer = await answerTo(head(JSON_TYPE, 'Transfer-Encoding: chunked'), chunks);
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
  });

  it.each<readonly [string, number, string, readonly string[], string | Uint8Array]>([
    [
      'a length of 10 GB, before a byte of it',
      413,
      'body_too_large',
      ['Content-Length: 10000000000'],
      '',
    ],
    [
      'chunks past the limit',
      ...([413, 'body_too_large', ['Transfer-Encoding: chunked']] as const),
      `100000\r\n${'x'.repeat(0x100000)}\r\n0\r\n\r\n`,
    ],
    ['chunks that are none', 400, 'malformed', ['Transfer-Encoding: chunked'], 'zz\r\n'],
    ['a length and chunks', 400, 'malformed', [LENGTH, 'Transfer-Encoding: chunked'], SUBJECT],
    ['two lengths', 400, 'malformed', [LENGTH, 'Content-Length: 1'], SUBJECT],
    ['a negative length', 400, 'malformed', ['Content-Length: -1'], ''],
    ['a second type', 400, 'malformed', [LENGTH, 'Content-Type: text/plain'], SUBJECT],
    ['a second Host', 400, 'malformed', [LENGTH, 'Host: other.example.test'], SUBJECT],
    ['a NUL in a header', 400, 'malformed', [LENGTH, 'X-One: a\0b'], SUBJECT],
    ['a line feed alone in a header', 400, 'malformed', [LENGTH, 'X-One: a\nX-Two'], SUBJECT],
    ['a space before a colon', 400, 'malformed', [LENGTH, 'X-One : a'], SUBJECT],
    [
      'a compressed body, which nobody inflates',
      ...([400, 'malformed'] as const),
      ['Content-Encoding: gzip', `Content-Length: ${squeezed.length}`],
      squeezed,
    ],
    [
      'a head of 20 kB',
      431,
      'headers_too_large',
      [LENGTH, `X-One: ${'x'.repeat(20_000)}`],
      SUBJECT,
    ],
    ['nothing where a body was promised', 408, 'request_timeout', [LENGTH], SUBJECT.slice(0, 5)],
  ])(
    'is answered with a code, and nothing is issued: %s',
    async (_name, status, code, lines, body) => {
      const answer = await answerTo(head(JSON_TYPE, ...lines), body);
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(answer).toContain('application/problem+json');
      expect(answer).toContain(`"code":"${code}"`);
      expect(issued).not.toHaveBeenCalled();
    },
  );

  it.each([
    ['a body without a type', []],
    ['a body of another type', ['Content-Type: text/plain']],
    ['a body of a type that is none', ['Content-Type: ;;']],
  ])('is refused for its type: %s', async (_name, lines) => {
    const answer = await answerTo(head(LENGTH, ...lines), SUBJECT);
    expect(answer).toMatch(/^HTTP\/1\.1 4(?:00|15) /);
    expect(answer).toMatch(/"code":"(?:content_type_unsupported|malformed)"/);
    expect(issued).not.toHaveBeenCalled();
  });

  it('lets go of a client that never ends its head', async () => {
    const answer = await answerTo('POST /v1/challenges HTTP/1.1\r\nX-One: ');
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code":"request_timeout"');
  });

  it('writes no header that a client chose', async () => {
    const answer = await answerTo(
      head(JSON_TYPE, LENGTH).replace('/v1/challenges', '/v1/x%0d%0aSet-Cookie:%20a=b'),
      SUBJECT,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer.split('\r\n\r\n', 1)[0]).not.toMatch(/set-cookie/i);
  });
});

describe('a certification request that an attacker made up', () => {
  it.each([
    ['no DER', () => Uint8Array.of(1, 2, 3)],
    ['cut off', (csr: Uint8Array) => csr.slice(0, -1)],
    ['with a byte after it', (csr: Uint8Array) => Uint8Array.of(...csr, 0)],
    ['with a length that is not there', (csr: Uint8Array) => csr.with(3, 0xff)],
    [
      'nested a thousand times',
      () => new Uint8Array(2_000).map((_, at) => (at % 2 === 0 ? 0x30 : 0x80)),
    ],
  ])('is refused with csr_malformed, and no certificate is issued: %s', async (_name, spoil) => {
    const client = lab.enrolClient();
    const subject = newSubject();
    const { challenge } = valueOf(await client.requestTlsChallenge(subject));
    const bound = { purpose: 'tls', rpId: RP_ID } as const;
    const { csr, evidence } = await androidPhone(lab.vendors).prepare(challenge, bound);
    const spoilt = toBase64url(spoil(new Uint8Array(Buffer.from(csr, 'base64url'))));
    const answer = await client.enrol({ subject, challenge, csr: spoilt, evidence });
    expect(refusalOf(answer)).toMatchObject({ code: 'csr_malformed', status: 403 });
    expect(registered).not.toHaveBeenCalled();
  });
});
