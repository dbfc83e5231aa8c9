import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { readText } from '../../configuration.js';
import { productRoot } from '../../product.js';
import { pkcs11From, type LoadPkcs11 } from '../issuing/pkcs11.js';

/** Where distributions put SoftHSM; `SOFTHSM2_MODULE` names another place. */
const MODULES = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/usr/lib/pkcs11/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];

/** SoftHSM and the library that speaks to it, both really there. */
export interface SoftHsmParts {
  readonly modulePath: string;
  readonly load: LoadPkcs11;
}

/** What this machine has of it, or what it lacks, in words that name a test. */
export function softHsmParts(): SoftHsmParts | string {
  const modulePath = [process.env['SOFTHSM2_MODULE'] ?? '', ...MODULES].find(
    (file) => file !== '' && existsSync(file),
  );
  const hasProgram = (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((folder) => existsSync(join(folder, 'softhsm2-util')));
  if (modulePath === undefined || !hasProgram) return 'not run: SoftHSM 2 is not installed';
  const library = libraryFolders().find((folder) =>
    existsSync(join(folder, 'node_modules', 'node-webcrypto-p11')),
  );
  if (library === undefined) return 'not run: see tools/token-library.mjs';
  return { modulePath, load: () => pkcs11From(join(library, 'package.json')) };
}

// In the repository where somebody installed it there, or where `tools/token-library.mjs` puts it.
function libraryFolders(): readonly string[] {
  const manifest = JSON.parse(readText(join(productRoot, 'package.json'))) as {
    readonly peerDependencies: Readonly<Record<string, string>>;
  };
  const version = (manifest.peerDependencies['node-webcrypto-p11'] ?? '').replace('^', '');
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const name = `${version}-${process.platform}-${process.arch}`;
  return [productRoot, join(cache, 'attestlab', 'token-library', name)];
}

/** Tokens of a folder of their own, for as long as this process lives. */
export interface SoftHsm {
  readonly pin: string;
  /** The URI of a key on a new token. */
  newToken(label?: string): string;
  /** Takes all tokens out, and puts them in again. */
  remove(): void;
  insert(): void;
  /** Removes them for good. */
  end(): void;
}

const PIN = '47114711';

/** Makes it where this process's SoftHSM looks: once in a process, before its module is loaded. */
export function startSoftHsm({ modulePath }: SoftHsmParts): SoftHsm {
  const folder = mkdtempSync(join(tmpdir(), 'attestlab-hsm-'));
  const [tokens, away] = [join(folder, 'tokens'), join(folder, 'away')];
  mkdirSync(tokens);
  const configuration = join(folder, 'softhsm2.conf');
  writeFileSync(configuration, `directories.tokendir = ${tokens}\nlog.level = ERROR\n`);
  process.env['SOFTHSM2_CONF'] = configuration;
  let count = 0;
  return {
    pin: PIN,
    newToken(label = `token ${++count}`) {
      const { status, stderr } = spawnSync(
        'softhsm2-util',
        ['--init-token', '--free', '--label', label, '--so-pin', '12345678', '--pin', PIN],
        { encoding: 'utf8' },
      );
      if (status !== 0) throw new Error(`softhsm2-util ended with ${String(status)}: ${stderr}`);
      const token = encodeURIComponent(label);
      return `pkcs11:token=${token};object=enrolment-ca?module-path=${modulePath}`;
    },
    remove() {
      renameSync(tokens, away);
      // An empty slot list, as of a reader without a card.
      mkdirSync(tokens);
    },
    insert() {
      rmSync(tokens, { recursive: true });
      renameSync(away, tokens);
    },
    end() {
      delete process.env['SOFTHSM2_CONF'];
      rmSync(folder, { recursive: true });
    },
  };
}
