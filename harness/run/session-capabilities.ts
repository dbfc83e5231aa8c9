import { z } from 'zod';
import type { InventoryPhone } from '../farm/inventory.js';

/** What a worker knows of its phone; it travels in the capabilities of the phone's session. */
export const workerPhoneSchema = z
  .strictObject({
    alias: z.string().min(1),
    platform: z.enum(['android', 'ios']),
    probe: z
      .strictObject({
        /** Package name, or bundle id. */
        app: z.string().min(1),
        /** The package to install; null where the lab has installed the probe itself. */
        install: z.string().min(1).nullable(),
      })
      .readonly(),
  })
  .readonly();

/** What a worker knows of its phone. */
export type WorkerPhone = z.infer<typeof workerPhoneSchema>;

/** The part of a session's capabilities that is the worker's. */
export const workerCapabilitiesSchema = z.object({ 'attestlab:phone': workerPhoneSchema });

/** Capabilities of a session, as they lie between processes. */
export const sessionCapabilitiesSchema = z.record(z.string(), z.json());

/** Capabilities of a session. */
export type SessionCapabilities = z.infer<typeof sessionCapabilitiesSchema>;

const AUTOMATION = {
  android: { platformName: 'Android', 'appium:automationName': 'UiAutomator2' },
  ios: { platformName: 'iOS', 'appium:automationName': 'XCUITest' },
} as const;

/** The capabilities that open a session on a phone of the inventory. */
export function sessionCapabilities(
  phone: InventoryPhone,
  worker: WorkerPhone,
  phoneHost: { readonly url: string } | null,
): SessionCapabilities {
  const isVirtual = phone.virtual !== undefined;
  return sessionCapabilitiesSchema.parse({
    ...AUTOMATION[phone.platform],
    ...(isVirtual && phoneHost !== null
      ? {
          'appium:automationName': 'AttestlabVirtual',
          'attestlab:phoneHost': phoneHost.url,
        }
      : {
          'appium:noReset': true,
          // The driver would sign the probe anew, and so change the identity that is attested.
          ...(phone.platform === 'android' ? { 'appium:noSign': true } : {}),
        }),
    ...phone.capabilities,
    'appium:udid': phone.udid,
    'attestlab:phone': worker,
    'wdio:enforceWebDriverClassic': true,
  });
}
