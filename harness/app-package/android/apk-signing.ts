import { utf8Text } from '../../encoding/bytes.js';
import type { Archive } from '../zip/archive.js';
import { readSigners, type ApkScheme, type ApkSigner } from './apk-signer.js';
import { contentDigest } from './content-digest.js';
import { BLOCK_ID, findSigningBlock } from './signing-block.js';

/** How an APK is signed. */
export interface ApkSigning {
  readonly signers: readonly ApkSigner[];
  /** Signature files of the JAR scheme (v1), whose signatures are not verified here. */
  readonly jarSignatures: readonly string[];
  /** What is wrong with the whole, beside what is wrong with a signer. */
  readonly problems: readonly string[];
}

const SCHEMES: readonly (readonly [number, ApkScheme])[] = [
  [BLOCK_ID.v2, 'v2'],
  [BLOCK_ID.v3, 'v3'],
  [BLOCK_ID.v31, 'v3.1'],
];
const MAX_SIGNATURE_FILE = 16_777_216;

/** Reads and verifies the signatures of an APK; throws MalformedInput where they cannot be read. */
export async function readApkSigning(archive: Archive): Promise<ApkSigning> {
  const jarSignatures = archive.names.filter((name) => /^META-INF\/[^/]+\.SF$/i.test(name));
  const announced = await announcedSchemes(archive, jarSignatures);
  const block = findSigningBlock(archive);
  const digests = new Map<string, Uint8Array>();
  const signers = SCHEMES.flatMap(([id, scheme]) => {
    const value = block?.values.get(id);
    if (block === null || value === undefined) return [];
    const place = { source: archive.source, end: archive.end, blockOffset: block.offset };
    const digestContent = (algorithm: 'sha256' | 'sha512'): Uint8Array => {
      const digest = digests.get(algorithm) ?? contentDigest(algorithm, place);
      digests.set(algorithm, digest);
      return digest;
    };
    return readSigners(value, { scheme, digestContent });
  });
  return { signers, jarSignatures, problems: wholeProblems(signers, jarSignatures, announced) };
}

function wholeProblems(
  signers: readonly ApkSigner[],
  jarSignatures: readonly string[],
  announced: readonly number[],
): readonly string[] {
  if (signers.length === 0) {
    if (jarSignatures.length === 0) return ['the package is not signed'];
    const why =
      announced.length === 0 ? '' : `, though it says that v${announced.join(' and v')} was there`;
    return [`signed by the JAR scheme (v1) alone${why}; that is not verified here`];
  }
  const schemes = new Set(signers.map(({ scheme }) => scheme));
  // Android looks for what the older signature announces, so that nobody takes the newer one out.
  const demanded = new Set(signers.flatMap(({ demandsSchemes }) => demandsSchemes));
  return [...demanded]
    .filter((scheme) => !schemes.has(scheme))
    .map((scheme) => `the ${scheme} signature was taken out`);
}

/** What `X-Android-APK-Signed` of the JAR signature files names. */
async function announcedSchemes(
  archive: Archive,
  files: readonly string[],
): Promise<readonly number[]> {
  const announced = new Set<number>();
  for (const file of files) {
    const text = utf8Text(await archive.read(file, MAX_SIGNATURE_FILE)) ?? '';
    const list = /^X-Android-APK-Signed:([0-9, ]+)\r?$/m.exec(
      text.split(/\r?\n\r?\n/)[0] ?? '',
    )?.[1];
    for (const id of list?.split(',') ?? []) announced.add(Number(id));
  }
  return [...announced].sort();
}
