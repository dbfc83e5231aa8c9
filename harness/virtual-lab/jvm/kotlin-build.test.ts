import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HarnessError } from '../../errors.js';
import { freshKotlinBuild, isFresh, sourcesDigest } from './kotlin-build.js';

let folder: string;
let said: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attestlab-kotlin-'));
  for (const name of ['app/src', 'packaging', 'probe/src', 'target', 'bin']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  for (const name of ['pom.xml', 'probe/src/Probe.kt', 'library.jar']) {
    writeFileSync(join(folder, name), name);
  }
  for (const name of ['test-classes', 'classes', 'tools/monitor.jar', 'tools/idling.jar']) {
    mkdirSync(join(folder, 'target', name), { recursive: true });
  }
  said = '';
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function program(name: string, script: string): string {
  const path = join(folder, 'bin', name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** What Maven leaves when it has compiled. */
function stamp(digest: string): void {
  writeFileSync(join(folder, 'target', 'test.classpath'), join(folder, 'library.jar'));
  writeFileSync(join(folder, 'target', 'sources.sha256'), `${digest}\n`);
}

const java = (version = '17.0.15') => program('java', `echo 'openjdk version "${version}"' >&2`);

const build = (place: { java?: string; maven?: string } = {}) =>
  freshKotlinBuild(
    (text) => {
      said += text;
    },
    { folder, java: place.java ?? java(), maven: place.maven ?? program('mvn', 'exit 1') },
  );

async function refusal(building: Promise<unknown>): Promise<string> {
  const error: unknown = await building.catch((reason: unknown) => reason);
  if (!(error instanceof HarnessError)) throw new Error('it was no refusal');
  expect(error).toMatchObject({ code: 'ERR_PROBE_BUILD', exit: 2 });
  expect(error.message).not.toContain('\n');
  return error.message;
}

describe('a build of the Kotlin probe', () => {
  it('is taken as it is while its sources are the same, and needs no Maven', async () => {
    stamp(sourcesDigest(folder));
    const fresh = await build({ maven: join(folder, 'bin', 'no-maven') });
    expect(said).toBe('');
    expect(fresh.options(34).join(' ')).toMatch(/enabledSdks=35 -cp .*test-classes.*library\.jar$/);
    expect(fresh.options(28)).toContain('-Drobolectric.enabledSdks=28');
    expect(fresh.options(27)).toContain('-Drobolectric.enabledSdks=24');
  });

  it.each([
    [
      'a source was changed',
      () => {
        writeFileSync(join(folder, 'probe/src/Probe.kt'), 'other');
      },
    ],
    [
      'a source was added',
      () => {
        writeFileSync(join(folder, 'app/src/New.kt'), '');
      },
    ],
    [
      'a library is gone',
      () => {
        rmSync(join(folder, 'library.jar'));
      },
    ],
    [
      'its classes are gone',
      () => {
        rmSync(join(folder, 'target/classes'), { recursive: true });
      },
    ],
  ])('is stale where %s', (_, spoil) => {
    stamp(sourcesDigest(folder));
    expect(isFresh({ folder })).toBe(true);
    spoil();
    expect(isFresh({ folder })).toBe(false);
  });

  it('is made by Maven where there is none', async () => {
    const digest = sourcesDigest(folder);
    const maven = program(
      'mvn',
      `echo "$@" > ${folder}/asked
       echo ${folder}/library.jar > ${folder}/target/test.classpath
       echo ${digest} > ${folder}/target/sources.sha256`,
    );
    await expect(build({ maven })).resolves.toHaveProperty('java');
    expect(said).toContain('building the Kotlin probe');
  });
});

describe('a machine on which it cannot be built', () => {
  it('lacks Java', async () => {
    const message = await refusal(build({ java: join(folder, 'bin', 'no-java') }));
    expect(message).toBe('there is no java; install a JDK of version 17 or newer');
  });

  it('has an old Java', async () => {
    expect(await refusal(build({ java: java('11.0.2') }))).toContain(
      'java is of version 11; install',
    );
  });

  it('lacks Maven', async () => {
    const message = await refusal(build({ maven: join(folder, 'bin', 'no-maven') }));
    expect(message).toContain('install Maven 3.8 or newer');
  });

  it('cannot have a package', async () => {
    const problem = '[ERROR] Could not find artifact com.android.tools:r8:jar:1 in central';
    const message = await refusal(build({ maven: program('mvn', `echo '${problem}'; exit 1`) }));
    expect(message).toContain(`Maven cannot have a package: ${problem}; let Maven reach`);
  });

  it('has sources that do not compile', async () => {
    const maven = program('mvn', `echo '[ERROR] Probe.kt: unresolved reference'; exit 1`);
    expect(await refusal(build({ maven }))).toMatch(/exit code 1: \[ERROR\] Probe\.kt/);
  });

  it('has a Maven that says yes and builds nothing', async () => {
    expect(await refusal(build({ maven: program('mvn', 'exit 0') }))).toContain(
      'no build of these',
    );
  });
});
