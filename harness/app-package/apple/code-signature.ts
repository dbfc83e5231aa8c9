import { equalBytes } from '../../encoding/bytes.js';
import { parseDetachedSignedData, signedAttribute, verifySigner } from '../../encoding/cms.js';
import { octetString } from '../../encoding/der-values.js';
import { MalformedInput, parsing } from '../../encoding/parsed.js';
import { ByteReader } from '../byte-reader.js';
import {
  digestOf,
  pageProblem,
  readCodeDirectory,
  SLOT,
  type CodeDirectory,
} from './code-directory.js';
import { readEntitlements, type Entitlements } from './entitlements.js';
import type { MachO } from './mach-o.js';
import { readProperties } from './property-list.js';
import { chainProblems, signerChain, type SignerChain } from './signer-chain.js';

/** What an executable's signature says, and whether it holds for this very file. */
export interface CodeSignature {
  readonly identifier: string;
  /** Team of the code directory; null in code that has none, as of the App Store's own. */
  readonly teamId: string | null;
  readonly entitlements: Entitlements;
  /** Null where nobody signed: an ad hoc signature. */
  readonly signer: SignerChain | null;
  readonly isEncrypted: boolean;
  /** Digests of its code directories, cut to 20 bytes: what others know this code by. */
  readonly directoryDigests: readonly Uint8Array[];
  /** Why the signature does not hold; empty where it does. */
  readonly problems: readonly string[];
}

/** What lies beside the executable and is signed with it. */
export interface SignedBeside {
  /** Null beside a library that is no bundle. */
  readonly infoPlist: Uint8Array | null;
  /** `_CodeSignature/CodeResources`; null where it is missing. */
  readonly resources: Uint8Array | null;
  /** SHA-256 of the roots that vouch for signers. */
  readonly roots: readonly string[];
}

const MAGIC = { superBlob: 0xfade0cc0, directory: 0xfade0c02 };
const INDEX = {
  directory: 0,
  requirements: 2,
  entitlements: 5,
  der: 7,
  alternates: 0x1000,
  cms: 0x10000,
};
const MAX_BLOBS = 64;
/** `cdhashes`: a property list of every directory's digest, cut to 20 bytes. */
const CD_HASHES_OID = '1.2.840.113635.100.9.1';

/** Reads and verifies the signature of one architecture; throws MalformedInput. */
export function readCodeSignature(code: MachO, beside: SignedBeside): CodeSignature {
  const { signature, isEncrypted } = code;
  if (signature === null) throw new MalformedInput('the executable is not signed', code.offset);
  const blobs = readBlobs(code, signature);
  const primaryBlob = blobs.get(INDEX.directory);
  if (primaryBlob === undefined) throw new MalformedInput('no code directory', signature.offset);
  const primary = readCodeDirectory(primaryBlob.raw, primaryBlob.offset);
  const alternates = [...blobs]
    .filter(([index]) => index >= INDEX.alternates && index < INDEX.alternates + 8)
    .map(([, { raw, offset }]) => readCodeDirectory(raw, offset));
  const directories = [primary, ...alternates];
  const entitlements = readEntitlements({
    xml: payload(blobs.get(INDEX.entitlements)),
    der: payload(blobs.get(INDEX.der)),
  });
  const signed = cmsOf(payload(blobs.get(INDEX.cms)), { primary, alternates, roots: beside.roots });
  return {
    identifier: primary.identifier,
    teamId: primary.teamId,
    entitlements: entitlements.entitlements,
    signer: signed.signer,
    isEncrypted,
    directoryDigests: directories.map(cutDigest),
    problems: [
      ...directories.flatMap((directory) => pageProblem(directory, code.bytes) ?? []),
      ...directories.flatMap((directory) => slotProblems(directory, blobs, beside)),
      ...weakness(directories),
      ...entitlements.problems,
      ...signed.problems,
    ],
  };
}

interface Blob {
  readonly raw: Uint8Array;
  readonly offset: number;
}

type Blobs = ReadonlyMap<number, Blob>;

function readBlobs(code: MachO, place: NonNullable<MachO['signature']>): Blobs {
  const whole = new ByteReader(code.bytes, 'big', code.offset).from(
    place.offset,
    'the code signature',
  );
  const start = whole.part(place.length, 'the code signature');
  const magic = start.u32('magic');
  if (magic !== MAGIC.superBlob) {
    throw new MalformedInput(`no code signature: magic 0x${magic.toString(16)}`, start.offset - 4);
  }
  start.skip(4, 'length');
  const count = start.u32('number of blobs');
  if (count > MAX_BLOBS) throw new MalformedInput(`${count} blobs`, start.offset);
  const blobs = new Map<number, Blob>();
  for (let at = 0; at < count; at++) {
    const index = start.u32('slot of a blob');
    const blob = start.from(start.u32('offset of a blob'), 'a blob');
    const { offset } = blob;
    if (blobs.has(index)) throw new MalformedInput(`slot ${index} is there twice`, offset);
    const head = blob.from(blob.position, 'a blob');
    head.skip(4, 'magic');
    blobs.set(index, { raw: blob.bytes(head.u32('length of a blob'), 'a blob'), offset });
  }
  return blobs;
}

/** Content of a blob, past its magic and length. */
function payload(blob: Blob | undefined): Uint8Array | null {
  return blob === undefined || blob.raw.length <= 8 ? null : blob.raw.subarray(8);
}

function slotProblems(
  directory: CodeDirectory,
  blobs: Blobs,
  { infoPlist, resources }: SignedBeside,
): readonly string[] {
  const slots: readonly (readonly [number, string, Uint8Array | null])[] = [
    [SLOT.infoPlist, 'Info.plist', infoPlist],
    [SLOT.requirements, 'the requirements', blobs.get(INDEX.requirements)?.raw ?? null],
    [SLOT.resources, '_CodeSignature/CodeResources', resources],
    [SLOT.entitlements, 'the entitlements', blobs.get(INDEX.entitlements)?.raw ?? null],
    [SLOT.derEntitlements, 'the DER entitlements', blobs.get(INDEX.der)?.raw ?? null],
  ];
  return slots.flatMap(([slot, name, bytes]) => {
    const expected = directory.specialDigest(slot);
    const isUnsigned = expected === null || expected.every((byte) => byte === 0);
    if (bytes === null) return isUnsigned ? [] : [`${name}: signed, but not there`];
    if (isUnsigned) return [`${name}: there, but not signed`];
    return equalBytes(digestOf(directory.hash, bytes), expected)
      ? []
      : [`${name}: is not what was signed`];
  });
}

function weakness(directories: readonly CodeDirectory[]): readonly string[] {
  const isStrong = directories.some(({ hash }) => hash.algorithm !== 'sha1');
  return isStrong ? [] : ['digests by SHA-1 alone, which iOS no longer takes'];
}

function cmsOf(
  bytes: Uint8Array | null,
  {
    primary,
    alternates,
    roots,
  }: {
    readonly primary: CodeDirectory;
    readonly alternates: readonly CodeDirectory[];
    readonly roots: readonly string[];
  },
): { readonly signer: SignerChain | null; readonly problems: readonly string[] } {
  if (bytes === null) return { signer: null, problems: ['an ad hoc signature: nobody signed'] };
  const parsed = parseDetachedSignedData(bytes, primary.raw);
  if (!parsed.ok) {
    const { message, offset } = parsed.malformation;
    return {
      signer: null,
      problems: [`the CMS signature is malformed at its byte ${offset}: ${message}`],
    };
  }
  const finding = verifySigner(parsed.value, ['ecdsa', 'rsa']);
  if (!finding.ok) return { signer: null, problems: [`the CMS signature: ${finding.problem}`] };
  const signer = signerChain(finding.certificate, { sent: parsed.value.certificates, roots });
  const hashes = signedAttribute(parsed.value, CD_HASHES_OID);
  const listed = hashes === null ? [] : directoryHashes(octetOrNothing(hashes));
  const unsigned = alternates.filter((directory) => {
    return !listed.some((one) => equalBytes(one, cutDigest(directory)));
  });
  return {
    signer,
    problems: [
      ...chainProblems(signer),
      ...(unsigned.length === 0 ? [] : ['a further code directory that nobody signed']),
    ],
  };
}

function cutDigest({ raw, hash }: CodeDirectory): Uint8Array {
  return digestOf(hash, raw).subarray(0, 20);
}

function octetOrNothing(node: Parameters<typeof octetString>[0]): Uint8Array {
  const parsed = parsing(() => octetString(node, 'the digests of the directories'));
  return parsed.ok ? parsed.value : new Uint8Array();
}

function directoryHashes(bytes: Uint8Array): readonly Uint8Array[] {
  const parsed = parsing(() => readProperties(bytes));
  const list = parsed.ok ? parsed.value.get('cdhashes') : null;
  return Array.isArray(list)
    ? list.filter((one): one is Uint8Array => one instanceof Uint8Array)
    : [];
}
