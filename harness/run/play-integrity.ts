import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { readText } from '../configuration.js';
import { fromBase64, utf8 } from '../encoding/bytes.js';
import { loadPublicKey } from '../encoding/signature.js';
import { HarnessError } from '../errors.js';
import { loadPlayPayloads, type PlayIntegrityLab } from '../farm/play-integrity.js';
import { readSecret } from '../owner-only.js';
import { googlePlayIntegrityDecoder, type PlayIntegrityDecoder } from '../relying-party/index.js';
import type { PlayIntegrityKeys } from '../trust/index.js';

/** What opens the integrity tokens of a lab's real phones. */
export interface OpenedPlayIntegrity {
  readonly keys: PlayIntegrityKeys | null;
  readonly decoder: PlayIntegrityDecoder | null;
}

/** Reads the files that a lab names for Play Integrity; whatever is wrong with one is found here. */
export function openPlayIntegrity(section: PlayIntegrityLab | null): OpenedPlayIntegrity {
  const { classic, standard } = section ?? {};
  return {
    keys: classic === undefined ? null : readKeys(classic),
    decoder: standard === undefined ? null : decoderOf(standard),
  };
}

/** The AES key of a file, which the owner alone may read. */
export function readDecryptionKey(file: string): Uint8Array {
  const key = fromBase64(readSecret(file).trim());
  if (key?.length === AES_256_BYTES) return key;
  throw new HarnessError(
    'ERR_FILE_INVALID',
    `${file}: is no AES-256 key: take RESPONSE_DECRYPTION_KEY of the Play Console, ` +
      `${AES_256_BYTES} bytes in base64`,
  );
}

const AES_256_BYTES = 32;

function readKeys({
  decryptionKey,
  verificationKey,
}: NonNullable<PlayIntegrityLab['classic']>): PlayIntegrityKeys {
  return {
    decryptionKey: readDecryptionKey(decryptionKey),
    decryptionKeyFile: decryptionKey,
    verificationKey: readVerificationKey(verificationKey),
  };
}

function readVerificationKey(file: string): KeyObject {
  const key = publicKey(readText(file).trim());
  if (key?.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  throw new HarnessError(
    'ERR_FILE_INVALID',
    `${file}: is no public key on P-256: take RESPONSE_VERIFICATION_KEY of the Play Console, ` +
      'in base64 or PEM',
  );
}

function publicKey(text: string): KeyObject | null {
  if (!text.startsWith('-----BEGIN PUBLIC KEY-----')) {
    const spki = fromBase64(text.replace(/\s+/g, ''));
    return spki === null ? null : loadPublicKey(spki);
  }
  try {
    return createPublicKey(text);
  } catch {
    return null;
  }
}

function decoderOf(standard: NonNullable<PlayIntegrityLab['standard']>): PlayIntegrityDecoder {
  if (standard.decoder === 'recorded') return recordedDecoder(standard.payloads);
  const { packageName, accessToken, origin } = standard;
  accessTokenOf(accessToken);
  return googlePlayIntegrityDecoder({
    ...{ packageName, ...(origin === undefined ? {} : { origin }) },
    // Tokens live for an hour: whoever renews the file does so beside the run.
    accessToken: () => Promise.resolve(accessTokenOf(accessToken)),
  });
}

function accessTokenOf(file: string): string {
  const token = readSecret(file).trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new HarnessError(
    'ERR_FILE_INVALID',
    `${file}: is no access token: write the one of a service account with the scope ` +
      'https://www.googleapis.com/auth/playintegrity',
  );
}

function recordedDecoder(file: string): PlayIntegrityDecoder {
  const answers = loadPlayPayloads(file);
  return {
    decode(token) {
      const asked = createHash('sha256').update(utf8(token)).digest('hex');
      const answer = answers.get(asked);
      if (answer !== undefined) return Promise.resolve(answer);
      // Nobody was asked about it, so nothing can be said of it: that is no refusal.
      return Promise.reject(
        new HarnessError('ERR_RELYING_PARTY', `${file}: holds no answer about the token ${asked}`),
      );
    },
  };
}
