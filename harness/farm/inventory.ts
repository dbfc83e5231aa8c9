import { z } from 'zod';
import { jsonSchemaText, loadYaml, type Configured } from '../configuration.js';
import type { DeviceClass } from './classes.js';
import { mixedKinds } from './one-kind-of-phone.js';

const name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and -');

const json: z.ZodType = z.json();

const phoneSchema = z
  .strictObject({
    /** The name that reports use; it stays when the unit behind it is swapped. */
    alias: name,
    udid: z.string().min(1),
    platform: z.enum(['android', 'ios']),
    class: name,
    /** The lab host that the phone is plugged into. */
    host: name.default('local'),
    /** `managed`: the run starts an Appium server; otherwise the URL of one that runs. */
    appium: z.union([z.literal('managed'), z.url({ protocol: /^https?$/ })]).default('managed'),
    /** Capabilities for its sessions, on top of those that the run sets. */
    capabilities: z.record(z.string().min(1), json).default({}).readonly(),
    /** The specification of a virtual phone; the virtual lab checks it. Absent: a real phone. */
    virtual: z.record(z.string().min(1), json).readonly().exactOptional(),
  })
  .readonly();

/** A file `inventory.yaml`: the phones of a lab. */
export const inventorySchema = z
  .strictObject({ phones: z.array(phoneSchema).min(1, 'a lab needs a phone').readonly() })
  .readonly();

/** A phone of the inventory. */
export type InventoryPhone = z.infer<typeof phoneSchema>;

/** A lab's phones, with the way back to their lines. */
export type Inventory = Configured<z.infer<typeof inventorySchema>>;

// A run decides these itself: from here they would send a session to another phone or app.
const RESERVED_CAPABILITIES = ['appium:udid', 'appium:app', 'platformName'];

/** Reads the inventory of a lab whose classes are known. */
export function loadInventory(file: string, classes: ReadonlyMap<string, DeviceClass>): Inventory {
  const inventory = loadYaml(file, inventorySchema);
  const seen = { alias: new Set<string>(), udid: new Set<string>() };
  for (const [index, phone] of inventory.value.phones.entries()) {
    const at = (...path: readonly string[]): readonly PropertyKey[] => ['phones', index, ...path];
    for (const key of ['alias', 'udid'] as const) {
      if (seen[key].has(phone[key])) throw inventory.invalid(at(key), 'is used by a phone above');
      seen[key].add(phone[key]);
    }
    const declared = classes.get(phone.class);
    if (declared === undefined) {
      const known = [...classes.keys()].join(', ');
      throw inventory.invalid(at('class'), `no such class; known classes: ${known}`);
    }
    if (declared.facts.platform !== phone.platform) {
      const other = `class "${declared.name}" is of platform ${declared.facts.platform}`;
      throw inventory.invalid(at('class'), `${other}, the phone of ${phone.platform}`);
    }
    for (const capability of RESERVED_CAPABILITIES) {
      if (Object.hasOwn(phone.capabilities, capability)) {
        throw inventory.invalid(at('capabilities', capability), 'is set by the run alone');
      }
    }
  }
  const mixed = mixedKinds(inventory);
  if (mixed !== null) throw mixed;
  return inventory;
}

/** The JSON Schema of inventories, by its place under `fixtures/schemas/`. */
export function inventorySchemaFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['inventory.schema.json', jsonSchemaText(inventorySchema, 'Inventory of a lab')],
  ]);
}
