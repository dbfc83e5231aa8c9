/**
 * What the probe client needs of a phone. Each call throws HarnessError ERR_DEVICE_LOST where the
 * phone or what leads to it fails.
 */
export interface ProbeTransport {
  openDeepLink(link: string): Promise<void>;
  /** Text of the element with this accessibility id, or null while there is none. */
  readText(accessibilityId: string): Promise<string | null>;
  /** False while there is no such element. */
  tap(accessibilityId: string): Promise<boolean>;
}
