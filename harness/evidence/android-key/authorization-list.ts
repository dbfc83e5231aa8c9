import { integer, octetString, sequence, set, smallInteger } from '../../encoding/der-values.js';
import { children, readDer, TAG, type DerNode } from '../../encoding/der.js';
import { MalformedInput } from '../../encoding/parsed.js';
import { utf8Text } from '../../encoding/bytes.js';
import { readRootOfTrust, type RootOfTrust } from './root-of-trust.js';
import { TAG_NUMBER, TAGS, type TagKind } from './tags.js';

/** A tag that no schema defines, as it stands. */
export interface UnknownTag {
  readonly tag: number;
  readonly raw: Uint8Array;
}

/** A package of the application that asked for the key. */
export interface AttestedPackage {
  readonly name: string;
  readonly version: bigint;
}

/** `AttestationApplicationId`: set by the operating system, so only as good as the boot state. */
export interface AttestationApplicationId {
  readonly packages: readonly AttestedPackage[];
  /** SHA-256 digests of the signing certificates. */
  readonly signatureDigests: readonly Uint8Array[];
}

/** One of the two authorization lists of a record. */
export interface AuthorizationList {
  /** Every tag in the order of the encoding. */
  readonly tags: readonly number[];
  /** Whether the tags ascend, as DER wants; a genuine list of 2026 does not. */
  readonly ordered: boolean;
  readonly unknownTags: readonly UnknownTag[];
  readonly rootOfTrust: RootOfTrust | null;
  readonly applicationId: AttestationApplicationId | null;
  readonly integerSets: ReadonlyMap<number, readonly number[]>;
  readonly integers: ReadonlyMap<number, bigint>;
  readonly octets: ReadonlyMap<number, Uint8Array>;
}

/** Bounds hostile lists; KeyMint defines some fifty tags. */
const MAX_TAGS = 128;
const MAX_SET_MEMBERS = 64;

interface Draft {
  rootOfTrust: RootOfTrust | null;
  applicationId: AttestationApplicationId | null;
  readonly integerSets: Map<number, readonly number[]>;
  readonly integers: Map<number, bigint>;
  readonly octets: Map<number, Uint8Array>;
}

/** Reads an AuthorizationList. A tag that comes twice is malformed: which of the two would hold? */
export function readAuthorizationList(node: DerNode): AuthorizationList {
  const entries = sequence(node, 'an AuthorizationList');
  if (entries.length > MAX_TAGS) {
    throw new MalformedInput(`${entries.length} authorization tags`, node.offset);
  }
  const draft: Draft = {
    rootOfTrust: null,
    applicationId: null,
    integerSets: new Map(),
    integers: new Map(),
    octets: new Map(),
  };
  const seen = new Set<number>();
  const unknownTags: UnknownTag[] = [];
  for (const entry of entries) {
    if (entry.tagClass !== 'context' || !entry.constructed) {
      throw new MalformedInput('an authorization is no explicit context tag', entry.offset);
    }
    if (seen.has(entry.tag)) {
      throw new MalformedInput(`authorization tag ${entry.tag} comes twice`, entry.offset);
    }
    seen.add(entry.tag);
    const known = TAGS[entry.tag];
    if (known === undefined) unknownTags.push({ tag: entry.tag, raw: entry.raw });
    else readValue(draft, known.kind, { tag: entry.tag, name: known.name, value: inner(entry) });
  }
  const tags = [...seen];
  return { ...draft, tags, ordered: ascends(tags), unknownTags };
}

/** Whether the list holds a tag. */
export function hasTag(list: AuthorizationList, tag: number): boolean {
  return list.tags.includes(tag);
}

function readValue(
  draft: Draft,
  kind: TagKind,
  { tag, name, value }: { readonly tag: number; readonly name: string; readonly value: DerNode },
): void {
  switch (kind) {
    case 'integers':
      draft.integerSets.set(tag, readIntegers(value, name));
      return;
    case 'integer':
      draft.integers.set(tag, integer(value, name));
      return;
    case 'null':
      if (value.tagClass !== 'universal' || value.tag !== TAG.null || value.content.length > 0) {
        throw new MalformedInput(`${name} is no NULL`, value.offset);
      }
      return;
    case 'octets':
      draft.octets.set(tag, octetString(value, name));
      if (tag === TAG_NUMBER.attestationApplicationId) {
        draft.applicationId = readApplicationId(value);
      }
      return;
    case 'root-of-trust':
      draft.rootOfTrust = readRootOfTrust(value);
      return;
  }
}

function readIntegers(node: DerNode, name: string): readonly number[] {
  const members = set(node, name);
  if (members.length > MAX_SET_MEMBERS) {
    throw new MalformedInput(`${name} has ${members.length} members`, node.offset);
  }
  return members.map((member) => smallInteger(member, name));
}

// AttestationApplicationId ::= SEQUENCE { package_infos SET OF AttestationPackageInfo,
//   signature_digests SET OF OCTET STRING }, itself encoded into the tag's OCTET STRING.
function readApplicationId(wrapper: DerNode): AttestationApplicationId {
  const node = readDer(wrapper.content, wrapper.contentOffset);
  const [packages, digests, ...more] = sequence(node, 'an AttestationApplicationId');
  if (packages === undefined || digests === undefined || more.length > 0) {
    throw new MalformedInput('an AttestationApplicationId has two parts', node.offset);
  }
  return {
    packages: set(packages, 'package infos').map(readPackage),
    signatureDigests: set(digests, 'signature digests').map((digest) =>
      octetString(digest, 'a signature digest'),
    ),
  };
}

function readPackage(node: DerNode): AttestedPackage {
  const [name, version, ...more] = sequence(node, 'an AttestationPackageInfo');
  if (name === undefined || version === undefined || more.length > 0) {
    throw new MalformedInput('an AttestationPackageInfo has two parts', node.offset);
  }
  const text = utf8Text(octetString(name, 'a package name'));
  if (text === null) throw new MalformedInput('a package name is not UTF-8', name.offset);
  return { name: text, version: integer(version, 'a package version') };
}

function inner(entry: DerNode): DerNode {
  const [value, ...more] = children(entry);
  if (value === undefined || more.length > 0) {
    throw new MalformedInput(`authorization tag ${entry.tag} holds no single value`, entry.offset);
  }
  return value;
}

function ascends(tags: readonly number[]): boolean {
  return tags.every((tag, index) => index === 0 || tag > (tags[index - 1] ?? tag));
}
