import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { missing, note, ok, type Examination, type Finding } from './finding.js';

const manifestSchema = z.looseObject({
  version: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
});

/** What a run needs of the machine itself. */
export function machineExaminations(root: string): readonly Examination[] {
  return [
    { name: 'Node', examine: () => nodeVersion(process.versions.node) },
    { name: 'packages', examine: () => packages(root) },
    { name: 'build', examine: () => build(root) },
    { name: 'loopback', examine: loopback },
    {
      name: 'openssl',
      isForPeople: true,
      examine: () =>
        tool({
          command: 'openssl',
          args: ['version'],
          use: 'only tests that want a second opinion',
          remedy: 'apt-get install openssl, or brew install openssl',
        }),
    },
    {
      name: 'Java',
      isForPeople: true,
      examine: () =>
        tool({
          command: 'java',
          args: ['-version'],
          use: 'only Allure reports',
          remedy: 'apt-get install default-jre-headless, or brew install openjdk',
        }),
    },
  ];
}

/** Whether this Node is one that the product runs on. */
export function nodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isSupported = (major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major >= 24;
  return isSupported
    ? ok(version)
    : missing(`Node ${version}`, 'install Node 20.19 or newer, 22.13 or newer, or 24');
}

/** Whether every dependency is installed in the version that is named. */
export function packages(root: string): Finding {
  const { dependencies } = readManifest(join(root, 'package.json'));
  const wrong = Object.entries(dependencies).flatMap(([name, wanted]) => {
    const found = installedVersion(root, name);
    return found === wanted ? [] : [`${name} ${wanted} (${found ?? 'not there'})`];
  });
  const [first] = wrong;
  if (first === undefined) return ok(`${Object.keys(dependencies).length} installed`);
  const rest = wrong.length > 1 ? ` and ${wrong.length - 1} more` : '';
  return missing(`${first}${rest}`, 'npm ci');
}

function build(root: string): Finding {
  const tool = join(root, 'tools', 'build.mjs');
  if (!existsSync(tool)) return ok('as installed');
  const { status } = spawnSync(process.execPath, [tool, '--check'], { cwd: root });
  return status === 0 ? ok('fresh') : missing('older than its sources', 'npm run build');
}

async function loopback(): Promise<Finding> {
  const problem = await tryPort(0);
  return problem === null ? ok('127.0.0.1 listens') : missing(problem, 'allow local listeners');
}

/** Null where the port on loopback can be had, else what stands against it. */
export async function tryPort(port: number): Promise<string | null> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => {
      resolve(error.message);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(null);
      });
    });
  });
}

function tool(wanted: {
  readonly command: string;
  readonly args: readonly string[];
  readonly use: string;
  readonly remedy: string;
}): Finding {
  const { command, args, use, remedy } = wanted;
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 10_000,
  });
  if (status !== 0) return note(`not found; ${use} want it`, remedy);
  return ok(`${stdout}${stderr}`.split('\n')[0] ?? command);
}

function installedVersion(root: string, name: string): string | null {
  // A project that depends on the product may hold the packages further up.
  for (let folder = root; ; folder = dirname(folder)) {
    const manifest = join(folder, 'node_modules', name, 'package.json');
    if (existsSync(manifest)) return readManifest(manifest).version;
    if (dirname(folder) === folder) return null;
  }
}

function readManifest(file: string): z.infer<typeof manifestSchema> {
  return manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}
