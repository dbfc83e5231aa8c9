/**
 * What befalls a phone's keystore from outside. Asked for anew at every call, and each member read
 * only where it would strike, once per operation.
 */
export interface AndroidConditions {
  /** The owner has not unlocked the phone since it started: credential storage is closed. */
  readonly beforeFirstUnlock: boolean;
  /** The secure world answers "busy": worth another try, no reason to take a lower level. */
  readonly hardwareBusy: boolean;
  /** StrongBox is there and makes no key. */
  readonly strongBoxFailing: boolean;
  /**
   * The pool of remotely provisioned keys. Where none is left the vendor's server is out of reach or
   * slow (`exhausted`), issues none to this phone (`refused`), or none to a system that old.
   */
  readonly attestationKeys: 'available' | 'exhausted' | 'refused' | 'upgrade-needed';
  readonly online: boolean;
  /** Key material comes from outside, and a copy of it may still be there. */
  readonly keysImported: boolean;
  /** An attest key of the phone attests, instead of the vendor's. */
  readonly attestKey: boolean;
}

/** Conditions under which everything works. */
export const FAIR_CONDITIONS: AndroidConditions = {
  beforeFirstUnlock: false,
  hardwareBusy: false,
  strongBoxFailing: false,
  attestationKeys: 'available',
  online: true,
  keysImported: false,
  attestKey: false,
};
