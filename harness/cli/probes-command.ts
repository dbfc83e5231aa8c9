import { compareRelease, readRelease, releaseProblems } from '../app-package/index.js';
import { EXIT, HarnessError } from '../errors.js';
import type { InstalledProbe } from '../report/record.js';
import { readInstalledProbe } from '../run/installed-probe.js';
import { withPhone, type PhoneSession } from '../run/phone-session.js';
import { installProbe } from '../run/probe-app.js';
import { probeDifferences } from '../run/probe-identity.js';
import { shippedLab } from './shipped-lab.js';
import type { Terminal } from './terminal.js';

/** Arguments of `attestlab probes verify`. */
export interface VerifyOptions {
  readonly device: string;
  readonly lab?: string;
}

/** Arguments of `attestlab probes install`. */
export interface InstallOptions extends VerifyOptions {
  readonly app?: string;
}

/** Says what probe a phone has, and whether it is the lab's. */
export function probesVerify(options: VerifyOptions, terminal: Terminal): Promise<number> {
  return withPhone(options.lab ?? shippedLab, options.device, (phone) => verify(phone, terminal));
}

/** Installs a probe that is the lab's, and asks the phone what it has got. */
export function probesInstall(options: InstallOptions, terminal: Terminal): Promise<number> {
  return withPhone(options.lab ?? shippedLab, options.device, async (phone) => {
    const { worker, session, lab } = phone;
    const file = options.app ?? worker.probe.install;
    if (file === null) throw new HarnessError('ERR_USAGE', 'a real phone needs --app FILE');
    if (phone.phone.virtual === undefined) {
      // What is refused here costs a minute; what is found on the phone costs a night.
      const release = await readRelease(file);
      const reasons = [
        ...releaseProblems(release),
        ...compareRelease(release, lab.referenceValues).map(
          ({ what, expected, actual }) => `${what}: ${actual}, expected ${expected}`,
        ),
      ];
      if (reasons.length > 0) {
        terminal.out(`${file} is not the lab's, and is not installed\n${list(reasons)}`);
        return EXIT.unexpectedVerdict;
      }
    } else if (options.app !== undefined) {
      throw new HarnessError('ERR_USAGE', `${phone.phone.alias} is virtual and brings its own app`);
    }
    await installProbe(session, { ...worker, probe: { ...worker.probe, install: file } });
    return verify(phone, terminal);
  });
}

async function verify(
  { lab, phone, worker, session }: PhoneSession,
  terminal: Terminal,
): Promise<number> {
  const { app } = worker.probe;
  if ((await session.isAppInstalled(app)) !== true) {
    terminal.out(`${phone.alias}: ${app} is not installed\n`);
    return EXIT.unexpectedVerdict;
  }
  const probe = await readInstalledProbe(session, worker);
  if (probe === null) {
    throw new HarnessError(
      'ERR_DEVICE_LOST',
      `${phone.alias}: its Appium server may not ask what is installed; for Android start it with ` +
        '--allow-insecure uiautomator2:adb_shell',
    );
  }
  const differences = probeDifferences(probe, lab.referenceValues);
  terminal.out(probeText(phone.alias, probe));
  terminal.out(
    differences.length === 0
      ? `as the lab’s reference values say\n`
      : `differs from the lab\n${list(differences)}`,
  );
  return differences.length === 0 ? EXIT.passed : EXIT.unexpectedVerdict;
}

function probeText(alias: string, probe: InstalledProbe): string {
  const rows = [
    ['version', `${probe.version ?? 'unnamed'} (${probe.build ?? 'no build'})`],
    ...probe.signerDigests.map((digest) => ['signer', digest]),
    ...(probe.teamId === null ? [] : [['team', probe.teamId]]),
    ['installed by', probe.installer ?? 'a host, over the cable'],
    ['stated by', `the ${probe.statedBy}`],
  ];
  const lines = rows.map(([name = '', value = '']) => `  ${name.padEnd(13)}${value}\n`);
  return `${alias}: ${probe.app}\n${lines.join('')}`;
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}\n`).join('');
}
