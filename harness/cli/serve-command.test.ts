import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { productRoot } from '../product.js';
import { main } from './main.js';
import { command } from './testing/captured-terminal.js';

let home = '';

beforeEach(() => {
  home = join(mkdtempSync(join(tmpdir(), 'attestlab-serve-')), 'home');
});

afterEach(() => {
  rmSync(join(home, '..'), { recursive: true, force: true });
});

const TOKEN_KEY = 'pkcs11:token=lab;object=ca?module-path=/usr/lib/module.so';

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly enrolUrl: string;
  readonly apiUrl: string;
  readonly diagnosticsUrl?: string;
}

/** Starts `attestlab serve`, has `use` use it, and ends it with a signal. */
async function served(
  args: readonly string[],
  use: (listening: Line) => Promise<void>,
): Promise<{ readonly exit: number; readonly out: string; readonly err: string }> {
  let [out, err] = ['', ''];
  const started: { resolve: (line: Line) => void } = { resolve: () => undefined };
  const listens = new Promise<Line>((resolve) => {
    started.resolve = resolve;
  });
  const exited = main(['serve', '--home', home, ...args], {
    out: (text) => {
      out += text;
      const line = JSON.parse(text) as Line;
      if (line.msg === 'listening') started.resolve(line);
    },
    err: (text) => {
      err += text;
    },
  });
  const listening = await Promise.race([
    listens,
    exited.then((exit) => Promise.reject(new Error(`exit ${exit}: ${err}`))),
  ]);
  try {
    await use(listening);
  } finally {
    process.emit('SIGTERM');
  }
  return { exit: await exited, out, err };
}

async function protocolOf(url: string, maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<string | null> {
  const { hostname, port } = new URL(url);
  // What is looked at is the version alone; certificates are looked at elsewhere.
  const socket = connect({
    ...{ host: hostname, port: Number(port), maxVersion, rejectUnauthorized: false },
  });
  try {
    await once(socket, 'secureConnect');
    return socket.getProtocol();
  } finally {
    socket.destroy();
  }
}

describe('attestlab serve', () => {
  it('serves the shipped lab until a signal, and tells of it in JSON lines', async () => {
    const { exit, out, err } = await served([], async ({ enrolUrl, apiUrl }) => {
      expect(await protocolOf(enrolUrl, 'TLSv1.2')).toBe('TLSv1.2');
      expect(await protocolOf(apiUrl, 'TLSv1.3')).toBe('TLSv1.3');
    });
    expect(exit).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Line).msg)).toEqual(['listening', 'closed']);
    expect(err).toMatch(/to trust {3}.*servers-ca\.pem\n/);
    expect(err).toMatch(/Android {4}google.*, virtual lab; a status list of 0 hours ago/);
    expect(err).not.toMatch(/WARNING/);
  });

  it('explains refused handshakes on a port of their own, where a lab is named for it', async () => {
    const lab = join(productRoot, 'fixtures', 'labs', 'virtual');
    const args = ['--lab', lab, '--diagnostics-port', '0'];
    const { exit, err } = await served(args, async ({ diagnosticsUrl = '' }) => {
      expect(await protocolOf(diagnosticsUrl, 'TLSv1.3')).toBe('TLSv1.3');
    });
    expect(exit).toBe(0);
    expect(err).toMatch(/explains {3}https:\/\/localhost:\d+ \(any client certificate or none\)\n/);
  });

  it('warns where its policy can accept nobody', async () => {
    const trust = join(productRoot, 'fixtures', 'trust');
    const { err } = await served(['--trust', trust], () => Promise.resolve());
    expect(err).toMatch(/App Attest apple-app-attestation-root-ca; receipts by apple-root-ca-g3/);
    expect(err).toMatch(/WARNING: no Android phone can enrol: there is no status list, and policy/);
    expect(err).not.toMatch(/virtual lab/);
  });

  it('takes TLS 1.3 alone where it is told so', async () => {
    await served(['--tls', '1.3'], async ({ enrolUrl }) => {
      await expect(protocolOf(enrolUrl, 'TLSv1.2')).rejects.toThrow(/protocol version/);
      expect(await protocolOf(enrolUrl, 'TLSv1.3')).toBe('TLSv1.3');
    });
  });

  it.skipIf(existsSync(join(productRoot, 'node_modules', 'node-webcrypto-p11')))(
    'exits 2 with what to install where a key is on a token and nothing speaks to one',
    async () => {
      vi.stubEnv('ATTESTLAB_TOKEN_PIN', '4711');
      const { exit, out, err } = await command(
        'serve',
        '--home',
        home,
        '--enrolment-key',
        TOKEN_KEY,
      );
      vi.unstubAllEnvs();
      expect([exit, out]).toEqual([2, '']);
      expect(err).toMatch(/node-webcrypto-p11 is not installed/);
      expect(err).toMatch(/npm install node-webcrypto-p11@.* C\+\+ compiler/);
      expect(err).not.toContain('4711');
    },
  );

  it('exits 4 and says so where a port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { exit, err } = await command('serve', '--home', home, '--api-port', String(port));
    expect(exit).toBe(4);
    expect(err).toMatch(/code: ERR_PORT_IN_USE/);
    taken.close();
  });

  it.each([
    [['--enrolment-key', '/etc/ca.key'], /not the PKCS#11 URI of a key .*begins with pkcs11:/],
    [['--enrolment-key', TOKEN_KEY], /the token has no PIN: .*ATTESTLAB_TOKEN_PIN/],
    [['--enrolment-key', `${TOKEN_KEY}&pin-value=1`], /a PIN does not belong into it/],
    [['--enrolment-key', `${TOKEN_KEY}&pin-source=/no/pin`], /\/no\/pin: ENOENT/],
    [['--store', 'nosql://here'], /a store is memory:, sqlite:FILE or postgres/],
    [['--policy', 'none'], /--policy: no such policy "none"/],
    [['--counters', 'none'], /Allowed choices are strict, window, nonce/],
    [['--tls', '1.1'], /Allowed choices are 1\.2, 1\.3, both/],
    [['--api-port', '70000'], /a port from 0 to 65535/],
    [['--address', '192.0.2.1'], /192\.0\.2\.1 is no address of this machine/],
    [['--diagnostics-port', '0'], /handshakes are explained in a lab only; name yours with --lab/],
    [['--lab', '/no/such/lab'], /\/no\/such\/lab/],
    [['--trust', '/no/such/trust'], /\/no\/such\/trust/],
  ])('exits 2 for %j and says why', async (args, message) => {
    const { exit, out, err } = await command('serve', '--home', home, ...args);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  });
});
