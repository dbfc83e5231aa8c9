import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parsePemCertificates } from '../encoding/pem.js';
import { HarnessError } from '../errors.js';
import { authorityOf, type InterceptionAuthority } from './authority.js';

/** Where a lab keeps an authority that its phones already trust. */
export interface AuthorityFiles {
  /** PEM with one certificate, or a chain whose first is the authority. */
  readonly certificateFile: string;
  /** PEM, not encrypted. */
  readonly privateKeyFile: string;
}

/** Reads an authority from files; throws a HarnessError that names file and fault. */
export function loadInterceptionAuthority(
  files: AuthorityFiles & { readonly now: Date },
): InterceptionAuthority {
  const { certificateFile, privateKeyFile, now } = files;
  const der = readCertificate(certificateFile);
  const certificate = interpret(certificateFile, () => new X509Certificate(der));
  refuseUseless(certificateFile, certificate, now);
  const privateKey = readKey(privateKeyFile);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw invalid(privateKeyFile, `is not the key of the certificate in ${certificateFile}`);
  }
  return authorityOf({ certificate: der, privateKey, now });
}

function readCertificate(file: string): Uint8Array {
  const parsed = parsePemCertificates(readText(file));
  if (!parsed.ok) throw invalid(file, parsed.malformation.message);
  const [first] = parsed.value;
  if (first === undefined) throw invalid(file, 'holds no certificate');
  return first;
}

function refuseUseless(file: string, certificate: X509Certificate, now: Date): void {
  if (!certificate.ca) {
    throw invalid(file, 'is not the certificate of an authority (basicConstraints)');
  }
  if (now > new Date(certificate.validTo)) {
    throw invalid(file, `expired on ${certificate.validTo}`);
  }
  if (now < new Date(certificate.validFrom)) {
    throw invalid(file, `is not valid before ${certificate.validFrom}`);
  }
}

function readKey(file: string): KeyObject {
  // OpenSSL's messages name its own functions and never the key.
  const key = interpret(file, () => createPrivateKey({ key: readText(file), format: 'pem' }));
  const type = key.asymmetricKeyType;
  if (type !== 'ec' && type !== 'rsa') {
    throw invalid(file, `holds a key of type ${type ?? 'unknown'}; only EC and RSA keys sign here`);
  }
  return key;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError('ERR_FILE_UNREADABLE', `${file}: ${reason}`, { cause });
  }
}

function interpret<Value>(file: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof HarnessError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalid(file, `cannot be read: ${reason}`, cause);
  }
}

function invalid(file: string, message: string, cause?: unknown): HarnessError {
  return new HarnessError('ERR_FILE_INVALID', `${file}: ${message}`, { cause });
}
