import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { readText } from '../configuration.js';
import { parsePemCertificates } from '../encoding/pem.js';
import { EXIT, HarnessError, type ExitCode } from '../errors.js';
import { loadLab } from '../farm/lab.js';
import { PKI_FILES } from '../relying-party/index.js';
import { ATTACK_IDS, attackTarget, type AttackReport } from '../run/attack/attack-target.js';
import { exportRoots } from '../run/attack/export-roots.js';
import { loadMapping } from '../run/attack/mapping/load-mapping.js';
import { mappedTarget } from '../run/attack/mapping/mapped-target.js';
import { shippedMapping } from '../run/attack/shipped-mapping.js';
import { openVirtualVendors, VENDORS_FOLDER } from '../run/virtual-vendors.js';
import { writeAttackJunit } from './attack-junit.js';
import { resultJson, resultLines, rootsText, summaryJson, summaryText } from './attack-text.js';
import { stateFolder } from './serve-command.js';
import { shippedLab } from './shipped-lab.js';
import type { Terminal } from './terminal.js';

/** The options of `attestlab attack`, as the command line gives them. */
export interface AttackCommandOptions {
  readonly target?: string;
  readonly api?: string;
  readonly mapping?: string;
  readonly lab?: string;
  readonly home?: string;
  readonly rootsTo?: string;
  readonly junit?: string;
  readonly insecureCa?: string;
  readonly only?: string;
  readonly statusList?: true;
  readonly counters: 'in-order' | 'in-any-order';
  readonly json?: true;
}

/** Attacks a backend and says what it did, or writes down what a backend has to trust for that. */
export async function attack(options: AttackCommandOptions, terminal: Terminal): Promise<number> {
  const { target, rootsTo } = options;
  if (target === undefined && rootsTo === undefined) {
    throw new HarnessError(
      'ERR_USAGE',
      '--target: which backend is attacked? Its origin is missing',
    );
  }
  if (rootsTo !== undefined) {
    const written = writeRoots(rootsTo, options);
    // With results to come, stdout is theirs.
    if (target === undefined) terminal.out(written);
    else terminal.err(written);
  }
  return target === undefined ? EXIT.passed : attackAt(target, options, terminal);
}

function writeRoots(folder: string, options: AttackCommandOptions): string {
  const lab = loadLab(options.lab ?? shippedLab);
  const vendors = openVirtualVendors(join(options.home ?? stateFolder(lab.name), VENDORS_FOLDER));
  const files = exportRoots(folder, { vendors, values: lab.referenceValues });
  return rootsText(files);
}

async function attackAt(
  target: string,
  options: AttackCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { only, json, junit } = options;
  const enrolUrl = originOf(target, '--target');
  const apiUrl = options.api === undefined ? enrolUrl : originOf(options.api, '--api');
  if (only !== undefined && !ATTACK_IDS.includes(only)) {
    throw new HarnessError('ERR_USAGE', `--only: no such attack "${only}"`);
  }
  const mapping = loadMapping(options.mapping ?? shippedMapping, process.env);
  const lab = loadLab(options.lab ?? shippedLab);
  const home = options.home ?? stateFolder(lab.name);
  const anchors = anchorsOf(options.insecureCa, home);
  const vendors = openVirtualVendors(join(home, VENDORS_FOLDER));
  const { rpId } = lab.referenceValues.relyingParty;
  const lines = resultLines();
  const report = await attackTarget({
    target: mappedTarget({ enrolUrl, apiUrl, anchors, mapping, rpId }),
    values: lab.referenceValues,
    ...{ vendors, only: only ?? null, counters: options.counters },
    readsStatusList: options.statusList === true,
    onResult: (result) => {
      terminal.out(json === undefined ? lines(result) : resultJson(result));
    },
  });
  terminal.out(json === undefined ? summaryText(report) : summaryJson(report));
  if (junit !== undefined) writeAttackJunit(junit, report);
  return exitOf(report);
}

function exitOf({ results }: AttackReport): ExitCode {
  if (results.some(({ asItMust }) => asItMust === false)) return EXIT.unexpectedVerdict;
  if (!results.some(({ must }) => must === 'be refused')) return EXIT.coverage;
  return results.some(({ asItMust }) => asItMust === null) ? EXIT.infrastructure : EXIT.passed;
}
function originOf(text: string, option: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'https:' && url.pathname === '/' && url.search === '') return url.origin;
  throw new HarnessError(
    'ERR_USAGE',
    `${option}: "${text}" is no origin such as https://rp.test:8443`,
  );
}

function anchorsOf(named: string | undefined, home: string): readonly Uint8Array[] {
  const own = join(home, 'pki', PKI_FILES.serverAnchor);
  if (named !== undefined) return certificatesOf(readText(named), named);
  if (existsSync(own)) return certificatesOf(readText(own), own);
  return certificatesOf(rootCertificates.join('\n'), 'the authorities of the public web');
}

function certificatesOf(text: string, where: string): readonly Uint8Array[] {
  const parsed = parsePemCertificates(text);
  if (parsed.ok && parsed.value.length > 0) return parsed.value;
  const problem = parsed.ok ? 'holds no certificate' : parsed.malformation.message;
  throw new HarnessError('ERR_FILE_INVALID', `${where}: ${problem}`);
}
