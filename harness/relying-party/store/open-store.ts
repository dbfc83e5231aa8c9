import { HarnessError } from '../../errors.js';
import { MemoryStore } from '../memory-store.js';
import type { ClosableStore } from '../store.js';
import { forgetChallengesBefore } from './challenge-statements.js';
import { openPostgres } from './open-postgres.js';
import { openSqlite } from './open-sqlite.js';
import { SqlStore, type Connections } from './sql-store.js';

/**
 * Challenges that nobody forgot, since whoever issued them broke down. A day, since relying parties
 * that share a store may have other clocks, by which such a challenge is still remembered.
 */
const FORGOTTEN_AFTER_MS = 24 * 60 * 60_000;

/**
 * Opens a store and brings its tables up to this release: `memory:`, `sqlite:FILE`, or
 * `postgres://USER@HOST/DATABASE`. No error names the password of a URL.
 */
export async function openStore(url: string): Promise<ClosableStore> {
  if (url === 'memory:') return new MemoryStore();
  const place = placeOf(url);
  try {
    const connections = await open(url);
    const before = Date.now() - FORGOTTEN_AFTER_MS;
    await connections.statement((db) => forgetChallengesBefore(db, before));
    return new SqlStore(connections);
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    // Without its cause: what clients of databases attach to errors may hold what they connect with.
    throw new HarnessError('ERR_STORE_UNUSABLE', `${place}: ${withoutSecrets(error, url)}`);
  }
}

function open(url: string): Promise<Connections> {
  const file = sqliteFile(url);
  return file === null ? openPostgres(url) : openSqlite(file);
}

function sqliteFile(url: string): string | null {
  if (!url.startsWith('sqlite:')) return null;
  const path = url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
  if (path === '') throw unknownUrl('a sqlite: URL names a file, as in sqlite:/var/lib/rp.db');
  return path;
}

/** What messages call a store: its URL without user and password. */
function placeOf(url: string): string {
  if (url.startsWith('sqlite:')) return url;
  if (!/^postgres(?:ql)?:/.test(url)) {
    throw unknownUrl('a store is memory:, sqlite:FILE or postgres://USER@HOST/DATABASE');
  }
  const parsed = parsedUrl(url);
  if (parsed === null) throw unknownUrl('the postgres: URL of the store is not a URL');
  return `postgres://${parsed.host}${parsed.pathname}`;
}

// A URL may leave out the host where it names a socket's folder, which `URL` does not take.
function parsedUrl(url: string): URL | null {
  const whole = url.replace('@/', '@localhost/');
  return URL.canParse(whole) ? new URL(whole) : null;
}

function withoutSecrets(error: unknown, url: string): string {
  const message = messageOf(error);
  const { password, searchParams } = parsedUrl(url) ?? new URL('none:');
  const secrets = [password, decoded(password), searchParams.get('password') ?? ''];
  return secrets
    .filter((secret) => secret !== '')
    .reduce((text, secret) => text.replaceAll(secret, '***'), message.replaceAll(url, 'the URL'));
}

// A server with several addresses fails with an error of errors, whose own message is empty.
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function unknownUrl(message: string): HarnessError {
  return new HarnessError('ERR_STORE_UNKNOWN', message);
}
