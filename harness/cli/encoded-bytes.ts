import { fromBase64, fromBase64url, fromHex, utf8 } from '../encoding/bytes.js';
import { HarnessError } from '../errors.js';

const DECODERS = {
  hex: fromHex,
  base64: fromBase64,
  base64url: fromBase64url,
  utf8,
} as const satisfies Record<string, (text: string) => Uint8Array | null>;

/** Bytes of an argument such as `hex:00ff`. The prefix is demanded: "cafe" could be two things. */
export function encodedBytes(argument: string, option: { readonly name: string }): Uint8Array {
  const colon = argument.indexOf(':');
  const prefix = argument.slice(0, Math.max(colon, 0));
  if (!isEncoding(prefix)) {
    throw new HarnessError(
      'ERR_USAGE',
      `${option.name}: "${shortened(argument)}" begins with none of ${encodings()}`,
    );
  }
  const bytes = DECODERS[prefix](argument.slice(colon + 1));
  if (bytes === null) {
    throw new HarnessError(
      'ERR_USAGE',
      `${option.name}: what follows "${prefix}:" is no strict ${prefix}`,
    );
  }
  return bytes;
}

function isEncoding(prefix: string): prefix is keyof typeof DECODERS {
  return Object.hasOwn(DECODERS, prefix);
}

function encodings(): string {
  return Object.keys(DECODERS)
    .map((name) => `${name}:`)
    .join(' ');
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
