import { describe, expect, it } from 'vitest';
import { encodePemCertificate, parsePemCertificates } from './pem.js';

const first = encodePemCertificate(new Uint8Array(100).fill(1));
const second = encodePemCertificate(Uint8Array.of(2));

function problem(text: string): string {
  const parsed = parsePemCertificates(text);
  return parsed.ok ? 'none' : parsed.malformation.message;
}

describe('a PEM text', () => {
  it('gives its certificates in order, with words and line ends of any kind around them', () => {
    const text = `subject: leaf\r\n${first}\n\n${second.replaceAll('\n', '\r\n')}`;
    const parsed = parsePemCertificates(text);
    expect(parsed.ok && parsed.value.map((bytes) => [bytes.length, bytes[0]])).toEqual([
      [100, 1],
      [1, 2],
    ]);
  });

  it('names the line of a block that is cut off', () => {
    expect(problem(first + second.slice(0, -30))).toMatch(/^block of line 6 /);
    expect(problem(`${first.split('\n').slice(0, 2).join('\n')}\n`)).toBe(
      'block of line 1 is cut off: no END line',
    );
  });

  it('names the line of a block that begins inside another', () => {
    const [begin = ''] = first.split('\n');
    expect(problem(`${begin}\n${second}`)).toBe('block of line 1 is not ended before line 2');
  });

  it('names a line that is not base64', () => {
    expect(problem(first.replace('AQEB', 'A*EB'))).toBe('line 2 is not base64');
  });

  it('refuses an end without a begin, an empty block and a text without blocks', () => {
    expect(problem('-----END CERTIFICATE-----')).toBe('line 1 ends a block that was not begun');
    expect(problem('-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n')).toMatch(/line 1/);
    expect(problem('no certificate')).toMatch(/^no -----BEGIN/);
  });

  it('refuses a last quantum with spare bits', () => {
    expect(problem(second.replace('Ag==', 'Ah=='))).toMatch(/line 1 is cut off or not base64/);
  });
});
