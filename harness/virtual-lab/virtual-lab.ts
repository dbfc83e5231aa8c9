import { readCertificate } from '../encoding/certificate.js';
import { HarnessError } from '../errors.js';
import type { Program } from './app-program.js';
import { startPhoneHost, type PhoneHost } from './phone-host.js';
import { virtualPhoneSpecSchema, type PhoneSpec, type VirtualPhoneSpec } from './phone-spec.js';
import { VirtualPhone } from './phone.js';
import { createPlayVendor, type PlayConsole, type PlayVendor } from './play/index.js';
import { probeProgram, type ProbeSpoiling } from './probe-app.js';
import { revocationOf } from './revocation.js';
import { createVendorRoots, type VendorRoots } from './secure-hardware/index.js';

/** How a virtual lab is started. */
export interface VirtualLabOptions {
  readonly phones: readonly VirtualPhoneSpec[];
  /** By how much modelled durations are multiplied; 1 is real time. */
  readonly timeScale: number;
  /** The lab's time; by default the machine's. */
  readonly clock?: () => Date;
  /** Names that the phones resolve, with their addresses. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Puts another program in the place of the probe's, on all phones or some. */
  readonly probe?: (own: Program) => Program;
  /** Spoils probes; for the harness's test of itself, never from a lab's configuration. */
  readonly spoiling?: ProbeSpoiling;
}

/** Phones that exist in this process alone, with vendors of their own. */
export interface VirtualLab {
  readonly trustAnchors: {
    /** Roots of attestations by virtual hardware, DER. */
    readonly android: readonly Uint8Array[];
    /** Roots of software attestation: known, never trusted. */
    readonly androidSoftware: readonly Uint8Array[];
    readonly appAttest: readonly Uint8Array[];
    readonly receipts: readonly Uint8Array[];
  };
  /** A fresh status list in the form of Google's, which revokes nothing. */
  readonly revocation: { readonly json: string; readonly fetchedAt: Date };
  /** Serials of batch certificates whose keys leaked, in the form of the status list. */
  readonly leakedKeyboxes: readonly string[];
  /** The app's Play Console: keys of classic tokens, and Google's decode call. */
  readonly play: PlayConsole;
  readonly host: Pick<PhoneHost, 'url' | 'token'>;
  readonly timeScale: number;
  /** Throws RangeError where there is no such phone. */
  phone(udid: string): VirtualPhone;
  /** Switches every phone off; idempotent. */
  close(): Promise<void>;
}

/** Starts a lab: makes its vendors, switches its phones on and serves them. */
export async function startVirtualLab(options: VirtualLabOptions): Promise<VirtualLab> {
  const now = options.clock ?? (() => new Date());
  const vendors = createVendorRoots({ clock: now });
  const play = createPlayVendor({ clock: now });
  const phones = switchOn(options, { vendors, play, now });
  const host = await startPhoneHost(phones);
  let closing: Promise<void> | null = null;
  return {
    trustAnchors: {
      android: vendors.androidAnchors,
      androidSoftware: vendors.androidSoftwareRoots,
      appAttest: vendors.appAttestAnchors,
      receipts: vendors.receiptAnchors,
    },
    revocation: { json: revocationOf([]), fetchedAt: now() },
    leakedKeyboxes: [serialOf(vendors.leakedBatchKey.authority.certificate)],
    play,
    host: { url: host.url, token: host.token },
    timeScale: options.timeScale,
    phone(udid) {
      const phone = phones.get(udid);
      if (phone === undefined) throw new RangeError(`the virtual lab has no phone ${udid}`);
      return phone;
    },
    close() {
      closing ??= host.close().then(() => {
        for (const phone of phones.values()) phone.powerOff();
      });
      return closing;
    },
  };
}

/** Checks a phone's specification; `place` says where it stands, such as a file and its key. */
export function parsePhoneSpec(spec: unknown, place: string): PhoneSpec {
  const parsed = virtualPhoneSpecSchema.safeParse(spec);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${place}: ${[...path.map(String), message].join(': ')}`,
  );
  throw new HarnessError('ERR_FILE_INVALID', problems.join('\n'));
}

function serialOf(certificate: Uint8Array): string {
  return readCertificate(certificate).serial;
}

function switchOn(
  options: VirtualLabOptions,
  shared: { readonly vendors: VendorRoots; readonly play: PlayVendor; readonly now: () => Date },
): ReadonlyMap<string, VirtualPhone> {
  const own = probeProgram(options.spoiling);
  const programs = new Map([['probe', options.probe?.(own) ?? own]]);
  const hosts = new Map(Object.entries(options.hosts ?? {}));
  const surroundings = { ...shared, programs, timeScale: options.timeScale, hosts };
  const phones = new Map<string, VirtualPhone>();
  for (const stated of options.phones) {
    const spec = parsePhoneSpec(stated, `virtual phone ${stated.udid}`);
    if (phones.has(spec.udid)) {
      throw new HarnessError('ERR_FILE_INVALID', `virtual phone ${spec.udid}: the udid is taken`);
    }
    phones.set(spec.udid, new VirtualPhone(spec, surroundings));
  }
  return phones;
}
