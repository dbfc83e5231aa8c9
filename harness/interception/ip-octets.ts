import { isIPv4 } from 'node:net';

/** The octets of an IPv4 or IPv6 address, in network order. */
export function ipOctets(address: string): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split('.').map(Number));
  // The parser of URLs writes one canonical form, without an embedded IPv4 part.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const groups = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
  const first = groups(head);
  const last = groups(tail ?? '');
  const zeros = new Array<string>(tail === undefined ? 0 : 8 - first.length - last.length);
  return Uint8Array.from(
    [...first, ...zeros.fill('0'), ...last].flatMap((group) => {
      const value = parseInt(group, 16);
      return [value >> 8, value & 0xff];
    }),
  );
}
