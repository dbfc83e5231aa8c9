import type { DeclareVerb } from './verb.js';

/** `attestlab app inspect`: what an APK or IPA says of what gates on it. */
export const declareApp: DeclareVerb = (program, { terminal, finish }) => {
  program
    .command('app')
    .description('releases of apps, whoever built them')
    .command('inspect')
    .description('read a release: identity, signers, pins, entitlements; verify its signature')
    .argument('<file>', 'an APK or an IPA')
    .option('--lab <path>', "compare with this lab's reference values: its folder or lab.yaml")
    .option('--json', 'as JSON')
    .addHelpText('after', EXIT_CODES)
    .action(async (file: string, options: { lab?: string; json?: true }) => {
      const { appInspect } = await import('../app-command.js');
      finish(await appInspect({ file, ...options }, { terminal, clock: new Date() }));
    });
};

const EXIT_CODES = `
Exit codes: 0 the signature holds, and nothing differs from the lab; 1 it does
not hold, or something differs; 2 usage, or a file that cannot be read`;
