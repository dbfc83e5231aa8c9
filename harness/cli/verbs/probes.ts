import type { Command } from 'commander';
import type { InstallOptions, VerifyOptions } from '../probes-command.js';
import type { SignOptions } from '../probes-sign.js';
import type { DeclareVerb } from './verb.js';

/** `attestlab probes build|sign|install|verify`: the probe, from its sources to a phone. */
export const declareProbes: DeclareVerb = (program, { terminal, finish }) => {
  const probes = program.command('probes').description('probe apps, from their sources to a phone');
  probes
    .command('build')
    .description('build the Android probe with Maven, signed as its README says')
    .action(async () => {
      const { probesBuild } = await import('../probes-build.js');
      finish(await probesBuild(terminal));
    });
  probes
    .command('sign')
    .description('sign an APK by v2 and v3 with a key of the lab, and show what came of it')
    .argument('<file>', 'the APK; whatever signed it before is replaced')
    .requiredOption('--key <file>', 'private key, EC or RSA (PEM, owner-only)')
    .requiredOption('--certificate <file>', 'its certificate (PEM)')
    .requiredOption('--out <file>', 'where the signed APK goes')
    .action(async (file: string, options: Omit<SignOptions, 'file'>) => {
      const { probesSign } = await import('../probes-sign.js');
      finish(await probesSign({ file, ...options }, terminal));
    });
  onDevice(probes.command('install'))
    .description('install a probe through Appium, once it is known to be the one of the lab')
    .option('--app <file>', 'an APK or IPA; virtual phones bring their own')
    .addHelpText('after', EXIT_CODES)
    .action(async (options: InstallOptions) => {
      const { probesInstall } = await import('../probes-command.js');
      finish(await probesInstall(options, terminal));
    });
  onDevice(probes.command('verify'))
    .description('ask a phone what probe is installed, and compare it with the lab')
    .addHelpText('after', EXIT_CODES)
    .action(async (options: VerifyOptions) => {
      const { probesVerify } = await import('../probes-command.js');
      finish(await probesVerify(options, terminal));
    });
};

function onDevice(command: Command): Command {
  return command
    .requiredOption('--device <udid>', 'a phone of the inventory: its UDID or alias')
    .option('--lab <path>', "a lab's folder or lab.yaml; default: the shipped virtual lab");
}

const EXIT_CODES = `
Exit codes: 0 it is the probe of the lab; 1 it is another, or none is installed;
2 usage, or a file that cannot be read; 4 the phone could not be asked`;
