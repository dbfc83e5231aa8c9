import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { jsonSchemaText, loadYaml } from '../configuration.js';
import { POLICY_IDS } from '../verifier/policy-ids.js';
import { loadClasses, type DeviceClass } from './classes.js';
import { loadInventory, type Inventory } from './inventory.js';
import {
  locatePlayIntegrity,
  playIntegrityLabSchema,
  type PlayIntegrityLab,
} from './play-integrity.js';
import { locateReceipts, receiptsLabSchema, type ReceiptsLab } from './receipts.js';
import { loadReferenceValues, type ReferenceValues } from './reference-values.js';

const path = z.string().min(1);
const port = z.number().int().min(0).max(65535);

/** A file `lab.yaml`: where a lab's facts are. Paths are relative to the file. */
export const labFileSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
    inventory: path.default('inventory.yaml'),
    referenceValues: path.default('reference-values.yaml'),
    classes: path,
    expectations: path,
    trust: path,
    /** The appraisal policy: the name of a shipped one, or a file that ends in .yaml. */
    policy: z
      .string()
      .refine(
        (policy) => POLICY_IDS.some((id) => id === policy) || policy.endsWith('.yaml'),
        `is no policy: known: ${POLICY_IDS.join(', ')}, or a file that ends in .yaml`,
      )
      .default('lab'),
    /** Modelled latencies of virtual phones are multiplied by this; real phones know no such thing. */
    timeScale: z.number().min(0).max(100).default(1),
    /** Ports on loopback; 0 takes any that is free. */
    ports: z
      .strictObject({ appium: port.default(0), enrolment: port.default(0), api: port.default(0) })
      .default({ appium: 0, enrolment: 0, api: 0 })
      .readonly(),
    /** How tokens of Play Integrity are opened; virtual phones bring a Play of their own. */
    playIntegrity: playIntegrityLabSchema.exactOptional(),
    /** How `serve` refreshes receipts of App Attest; left out: it does not, and calls nobody. */
    receipts: receiptsLabSchema.exactOptional(),
    /** Where run folders go; left out: `reports` in the current folder. */
    reports: path.exactOptional(),
    /** Where phones are leased, for all labs that share them; left out: the user's state folder. */
    leases: path.exactOptional(),
    /** Scenarios to run, by id or `floor/*`; left out: all. */
    scenarios: z
      .array(z.string().regex(/^[a-z0-9-]+\/([a-z0-9-]+|\*)$/))
      .min(1)
      .exactOptional(),
  })
  .readonly();

/** A lab's own facts, read and held against each other. */
export interface Lab {
  readonly name: string;
  /** The file `lab.yaml` itself. */
  readonly file: string;
  readonly inventory: Inventory;
  readonly classes: ReadonlyMap<string, DeviceClass>;
  readonly referenceValues: ReferenceValues;
  readonly expectationsFolder: string;
  readonly trustFolder: string;
  /** The name of a shipped policy, or the whole path of a policy file. */
  readonly policy: string;
  readonly timeScale: number;
  /** Null where the lab opens no tokens of real phones. */
  readonly playIntegrity: PlayIntegrityLab | null;
  /** Null where receipts of App Attest are not refreshed. */
  readonly receipts: ReceiptsLab | null;
  readonly ports: { readonly appium: number; readonly enrolment: number; readonly api: number };
  readonly reportsFolder: string;
  /** Null where the lab names none. */
  readonly leasesFolder: string | null;
  /** Patterns of scenario ids; null where all are meant. */
  readonly scenarios: readonly string[] | null;
  /** SHA-256 over the lab's own files, lower-case hex. */
  readonly sha256: string;
}

/** Reads a lab from its folder or its `lab.yaml`. */
export function loadLab(folderOrFile: string): Lab {
  const given = resolve(folderOrFile);
  const file = isFolder(given) ? join(given, 'lab.yaml') : given;
  const configured = loadYaml(file, labFileSchema);
  const { value, sha256 } = configured;
  const at = (relative: string): string => resolve(dirname(file), relative);
  const classes = loadClasses(at(value.classes));
  const inventory = loadInventory(at(value.inventory), classes);
  if (value.playIntegrity !== undefined && inventory.value.phones.some(({ virtual }) => virtual)) {
    throw configured.invalid(
      ['playIntegrity'],
      'virtual phones bring a Play of their own; leave this out of a lab of virtual phones',
    );
  }
  if (
    value.receipts?.refresher === 'apple' &&
    inventory.value.phones.some(({ virtual }) => virtual)
  ) {
    throw configured.invalid(
      ['receipts'],
      'Apple knows nothing of virtual phones; have recorded answers, or leave this out',
    );
  }
  const referenceValues = loadReferenceValues(at(value.referenceValues));
  const digest = createHash('sha256');
  for (const part of [sha256, inventory.sha256, referenceValues.sha256]) digest.update(part);
  digest.update(JSON.stringify([...classes.values()]));
  const policy = value.policy.endsWith('.yaml') ? at(value.policy) : value.policy;
  // What a policy may say is the verifier's to know; here its bytes are part of the lab.
  if (policy !== value.policy) digest.update(loadYaml(policy, z.unknown()).sha256);
  return {
    name: value.name,
    file,
    inventory,
    classes,
    referenceValues: referenceValues.value,
    expectationsFolder: at(value.expectations),
    trustFolder: at(value.trust),
    policy,
    timeScale: value.timeScale,
    playIntegrity:
      value.playIntegrity === undefined ? null : locatePlayIntegrity(value.playIntegrity, at),
    receipts: value.receipts === undefined ? null : locateReceipts(value.receipts, at),
    ports: value.ports,
    reportsFolder: value.reports === undefined ? resolve('reports') : at(value.reports),
    leasesFolder: value.leases === undefined ? null : at(value.leases),
    scenarios: value.scenarios ?? null,
    sha256: digest.digest('hex'),
  };
}

/** The JSON Schema of lab files, by its place under `fixtures/schemas/`. */
export function labSchemaFiles(): ReadonlyMap<string, string> {
  return new Map([['lab.schema.json', jsonSchemaText(labFileSchema, 'Lab')]]);
}

function isFolder(given: string): boolean {
  return statSync(given, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
