import { EXIT } from '../errors.js';
import { loadLab, type Lab } from '../farm/lab.js';
import { shippedLab } from './shipped-lab.js';
import { wrapped, type Terminal } from './terminal.js';

/** Checks a lab's files and shows what they say. */
export function labShow(
  options: { readonly lab?: string; readonly json?: true },
  terminal: Terminal,
): number {
  const lab = loadLab(options.lab ?? shippedLab);
  terminal.out(options.json === true ? `${JSON.stringify(facts(lab), null, 2)}\n` : text(lab));
  return EXIT.passed;
}

function facts(lab: Lab): Readonly<Record<string, unknown>> {
  return {
    name: lab.name,
    file: lab.file,
    sha256: lab.sha256,
    policy: lab.policy,
    timeScale: lab.timeScale,
    ports: lab.ports,
    trust: lab.trustFolder,
    expectations: lab.expectationsFolder,
    reports: lab.reportsFolder,
    scenarios: lab.scenarios ?? 'all',
    phones: lab.inventory.value.phones.map((phone) => ({
      ...phone,
      virtual: phone.virtual !== undefined,
    })),
    referenceValues: lab.referenceValues,
  };
}

function text(lab: Lab): string {
  const { relyingParty, android, apple } = lab.referenceValues;
  const rows: readonly (readonly [string, string])[] = [
    ['policy', lab.policy],
    ['trust', lab.trustFolder],
    ['expectations', lab.expectationsFolder],
    ['reports', lab.reportsFolder],
    ['scenarios', lab.scenarios?.join(', ') ?? 'all'],
    ['time scale', String(lab.timeScale)],
    ['relying party', relyingParty.rpId],
    ['packages', android.packages.join(', ')],
    ['signer digests', android.signerDigests.join(', ')],
    ['team', apple.teamId],
    ['bundles', apple.bundleIds.join(', ')],
    ['App Attest', apple.environment],
  ];
  return [
    `lab ${lab.name} (${lab.file})\n`,
    ...rows.map(([name, value]) =>
      wrapped(value, { first: `  ${name.padEnd(15)} `, next: ' '.repeat(18) }),
    ),
    '\nphones\n',
    ...lab.inventory.value.phones.map(
      (phone) =>
        `  ${phone.alias.padEnd(20)} ${phone.platform.padEnd(8)} ${phone.class.padEnd(24)} ` +
        `${phone.virtual === undefined ? 'real' : 'virtual'}\n`,
    ),
  ].join('');
}
