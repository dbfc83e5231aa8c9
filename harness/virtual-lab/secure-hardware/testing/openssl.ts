import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';

/** Whether the `openssl` command is there. */
export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** PEM of a certificate in DER. */
export function toPem(certificate: Uint8Array): string {
  return new X509Certificate(certificate).toString();
}

/** What `openssl verify` prints for a chain, leaf first, whose last certificate is the anchor. */
export function opensslVerify(chain: readonly Uint8Array[], at: Date): string {
  return withFiles(
    {
      'leaf.pem': chain.slice(0, 1).map(toPem).join(''),
      'above.pem': chain.slice(1, -1).map(toPem).join(''),
      'root.pem': chain.slice(-1).map(toPem).join(''),
    },
    (path) => {
      const seconds = String(Math.floor(at.getTime() / 1000));
      // Proprietary extensions are not critical in vendors' leaves; strict mode is theirs to break.
      const args = ['verify', '-attime', seconds, '-CAfile', path('root.pem')];
      return openssl([...args, '-untrusted', path('above.pem'), path('leaf.pem')]);
    },
  );
}

/** What `openssl req -verify` prints for a request in DER. */
export function opensslVerifyRequest(csr: Uint8Array): string {
  return withFiles({ 'request.der': csr }, (path) =>
    openssl(['req', '-inform', 'DER', '-in', path('request.der'), '-verify', '-noout']),
  );
}

/** The content of a CMS message whose signature OpenSSL verified up to `root`. */
export function opensslVerifyCms(message: Uint8Array, root: Uint8Array, at: Date): Uint8Array {
  return withFiles({ 'message.der': message, 'root.pem': toPem(root) }, (path) => {
    const seconds = String(Math.floor(at.getTime() / 1000));
    const args = ['cms', '-verify', '-inform', 'DER', '-in', path('message.der')];
    return new Uint8Array(
      execFileSync(
        'openssl',
        [...args, '-CAfile', path('root.pem'), '-purpose', 'any', '-binary', '-attime', seconds],
        { stdio: ['ignore', 'pipe', 'pipe'] },
      ),
    );
  });
}

function openssl(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  return `${status === 0 ? 'passed' : 'failed'}: ${stdout}${stderr}`;
}

function withFiles<T>(
  files: Readonly<Record<string, string | Uint8Array>>,
  work: (path: (name: string) => string) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), 'openssl-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(folder, name), content);
    }
    return work((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
