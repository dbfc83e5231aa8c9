import { concatBytes } from '../encoding/bytes.js';
import { readCertificate } from '../encoding/certificate.js';
import { EXTENSION_OID } from '../encoding/certificate-builder.js';
import { der } from '../encoding/der-writer.js';
import { NAME_OID, nameValue } from '../encoding/distinguished-name.js';
import { KEY_DESCRIPTION_OID } from '../evidence/android-key/index.js';
import type { AndroidKeyAttack } from './attack.js';
import { appendedBelow, extensionType, reissued, withExtensions } from './edit-certificate.js';
import { flipBit, replaced } from './edit-der.js';
import {
  leafOf,
  partsOf,
  RECORD_PART,
  recordExtension,
  recordOf,
  withPart,
  withRecord,
} from './edit-record.js';

const GUIDE = 'developer.android.com, Verify hardware-backed key pairs with key attestation';
const SIGNED = 'RFC 5280, 6.1.3 (a)(1): the record is inside what the certificate signs';

const DIGITAL_SIGNATURE = 0;

/** The challenge of the day is written into an old record. */
export const challengeReplaced: AndroidKeyAttack = {
  id: 'android-key/challenge-replaced',
  applies: 'android-key',
  description: 'writes another challenge into the record, which the phone signed with its own',
  needs: [],
  failing: { 'android-key': ['android-key/signatures-verify'] },
  references: [SIGNED],
  mutate: (chain) => onLeaf(chain, (leaf) => withRecord(leaf, withOtherChallenge(recordOf(leaf)))),
};

/** One bit of the leaf's signature is turned over. */
export const leafSignatureBit: AndroidKeyAttack = {
  id: 'android-key/leaf-signature-bit',
  applies: 'android-key',
  description: 'turns over the last bit of the signature on the leaf, as a forged leaf would look',
  needs: [],
  failing: { 'android-key': ['android-key/signatures-verify'] },
  references: [SIGNED],
  mutate: (chain) => onLeaf(chain, (leaf) => flipBit(leaf, -1)),
};

/** The chain that was used before is used again. */
export const chainReplayed: AndroidKeyAttack = {
  id: 'android-key/replayed',
  applies: 'android-key',
  description: 'sends a genuine attestation that he captured earlier, with a request of today',
  needs: ['earlier-evidence'],
  failing: { 'android-key': ['android-key/challenge-matches', 'android-key/key-matches'] },
  references: [`${GUIDE}: the challenge must be fresh`],
  mutate: (_chain, { earlierChain }) => Promise.resolve(earlierChain),
};

/** The attested key signs a leaf with a record of the attacker's choice. */
export const chainExtended: AndroidKeyAttack = {
  id: 'android-key/chain-extended',
  applies: 'android-key',
  description:
    'lets the attested key sign one more certificate, for a key of his own, with a copied record',
  needs: ['hooked-app', 'own-key'],
  failing: {
    'android-key': [
      'android-key/single-record',
      'android-key/chain-not-extended',
      'android-key/key-matches',
    ],
  },
  references: [
    `${GUIDE}: trust only the record closest to the root`,
    'android/keyattestation, CHAIN_EXTENDED_WITH_FAKE_ATTESTATION_EXTENSION',
    '@simplewebauthn/server 14.0.3: record and key of the first certificate are believed',
  ],
  async mutate(chain, { attacker, signWithPhone }) {
    const leaf = leafOf(chain);
    const extended = await appendedBelow(leaf, {
      attacker,
      extensions: [
        {
          oid: EXTENSION_OID.keyUsage,
          critical: true,
          value: der.namedBits(DIGITAL_SIGNATURE),
        },
        { oid: KEY_DESCRIPTION_OID, value: recordOf(leaf) },
      ],
      sign: signWithPhone,
    });
    return [extended, ...chain];
  },
};

/** The attested key signs a leaf without a record, so that the one above seems to be about it. */
export const chainExtendedBare: AndroidKeyAttack = {
  id: 'android-key/chain-extended-bare',
  applies: 'android-key',
  description:
    'lets the attested key sign a certificate without a record and hopes that any record will do',
  needs: ['hooked-app', 'own-key'],
  failing: {
    'android-key': [
      'android-key/record-in-leaf',
      'android-key/chain-not-extended',
      'android-key/key-matches',
    ],
  },
  references: ['android/keyattestation, CHAIN_EXTENDED_FOR_KEY'],
  async mutate(chain, { attacker, signWithPhone }) {
    const extended = await appendedBelow(leafOf(chain), {
      attacker,
      extensions: [],
      sign: signWithPhone,
    });
    return [extended, ...chain];
  },
};

/** The record stands in the certificate above the leaf. */
export const recordMoved: AndroidKeyAttack = {
  id: 'android-key/record-moved',
  applies: 'android-key',
  description: 'moves the record to the authority over the leaf, where a hasty reader finds it too',
  needs: [],
  failing: {
    'android-key': ['android-key/signatures-verify', 'android-key/record-in-leaf'],
  },
  references: [GUIDE, SIGNED],
  mutate(chain) {
    const leaf = leafOf(chain);
    const record = recordExtension(recordOf(leaf));
    const isRecord = (extension: Uint8Array) => extensionType(extension) === KEY_DESCRIPTION_OID;
    const bare = withExtensions(leaf, (all) => all.filter((one) => !isRecord(one)));
    const above = withExtensions(authorityOf(chain), (all) => [...all, record]);
    return Promise.resolve(replaced(replaced(chain, 0, bare), 1, above));
  },
};

/** The record stands in the leaf twice. */
export const recordDoubled: AndroidKeyAttack = {
  id: 'android-key/record-doubled',
  applies: 'android-key',
  description: 'writes a second record into the leaf, for the reader who takes the last one',
  needs: [],
  failing: { 'android-key': ['android-key/signatures-verify', 'android-key/single-record'] },
  references: ['RFC 5280, 4.2: no extension twice', SIGNED],
  mutate: (chain) =>
    onLeaf(chain, (leaf) =>
      withExtensions(leaf, (all) => [...all, recordExtension(withOtherChallenge(recordOf(leaf)))]),
    ),
};

/** Bytes follow the leaf. */
export const chainTrailingByte: AndroidKeyAttack = {
  id: 'android-key/trailing-byte',
  applies: 'android-key',
  description: 'appends a byte to the leaf, which many parsers pass over in silence',
  needs: [],
  failing: { 'android-key': ['android-key/well-formed'] },
  references: ['ITU-T X.690, 10'],
  mutate: (chain) => onLeaf(chain, (leaf) => concatBytes(leaf, Uint8Array.of(0))),
};

/** An emulator attests. */
export const softwareRoot: AndroidKeyAttack = {
  id: 'android-key/software-root',
  applies: 'android-key',
  description: 'attests on an emulator, whose attestation key everybody has',
  needs: ['emulator'],
  failing: {
    'android-key': [
      'android-key/root-not-software',
      'android-key/level-sufficient',
      'android-key/key-matches',
    ],
  },
  references: ['AOSP, system/keymaster, contexts/soft_attestation_cert.cpp'],
  mutate: (_chain, { emulatorChain }) => Promise.resolve(emulatorChain),
};

/** Every authority is the attacker's, every name the vendor's. */
export const lookalikeRoot: AndroidKeyAttack = {
  id: 'android-key/lookalike-root',
  applies: 'android-key',
  description:
    'copies the chain name by name and signs it all with a key of his own, root included',
  needs: ['own-key'],
  failing: { 'android-key': ['android-key/anchor-trusted'] },
  references: [`${GUIDE}: compare the root's public key, not its name`],
  mutate(chain, { attacker }) {
    const copied = chain.map((certificate, at) =>
      reissued(certificate, attacker, at === 0 ? readCertificate(certificate).spki : attacker.spki),
    );
    return Promise.resolve(copied);
  },
};

/** The chain is cut down to its leaf. */
export const loneLeaf: AndroidKeyAttack = {
  id: 'android-key/lone-leaf',
  applies: 'android-key',
  description:
    'sends the leaf alone, for the reader who finds nothing wrong with what is not there',
  needs: [],
  failing: { 'android-key': ['android-key/chain-long-enough', 'android-key/root-present'] },
  references: ['android/keyattestation, KeyAttestationCertPath', 'CWE-296'],
  mutate: (chain) => Promise.resolve(chain.slice(0, 1)),
};

/** An authority is left out. */
export const authorityLeftOut: AndroidKeyAttack = {
  id: 'android-key/authority-left-out',
  applies: 'android-key',
  description: 'leaves out the authority over the leaf, by whose serial it would be found revoked',
  needs: [],
  failing: { 'android-key': ['android-key/names-chain', 'android-key/signatures-verify'] },
  references: ['RFC 5280, 6.1.3 (a)', 'CWE-296'],
  mutate: (chain) => Promise.resolve(chain.filter((_certificate, at) => at !== 1)),
};

/** A chain is used before its authorities are valid. */
export const beforeItsTime: AndroidKeyAttack = {
  id: 'android-key/before-its-time',
  applies: 'android-key',
  description: 'uses authorities that were prepared for later',
  needs: ['earlier-evidence'],
  failing: { 'android-key': ['android-key/already-valid'] },
  references: ['RFC 5280, 6.1.3 (a)(2)'],
  presentedAt: (chain) =>
    new Date(Math.min(...authorities(chain).map(({ notBeforeMs }) => notBeforeMs)) - 1000),
  mutate: (chain) => Promise.resolve(chain),
};

/** A provisioned chain is used after it expired. */
export const afterItsTime: AndroidKeyAttack = {
  id: 'android-key/after-its-time',
  applies: 'android-key',
  description: 'goes on using a provisioned key that leaked, after its weeks are over',
  needs: ['earlier-evidence'],
  failing: { 'android-key': ['android-key/not-expired'] },
  references: [
    'source.android.com, Remote Key Provisioning',
    'android/keyattestation, verifyValidity',
  ],
  isPossible: isProvisioned,
  presentedAt: expiryOf,
  mutate: (chain) => Promise.resolve(chain),
};

/** A provisioned chain that expired lists its root twice. */
export const rootDoubled: AndroidKeyAttack = {
  id: 'android-key/root-doubled',
  applies: 'android-key',
  description:
    'lists the root of an expired provisioned chain twice, so that the first looks like an authority of a factory, whose expiry does not count',
  needs: ['earlier-evidence'],
  failing: { 'android-key': ['android-key/not-expired'] },
  references: ['android/keyattestation, provisioning by the subject below the root'],
  isPossible: isProvisioned,
  presentedAt: expiryOf,
  mutate: (chain) => Promise.resolve([...chain, ...chain.slice(-1)]),
};

// Leaf and root have no say in when a chain holds.
function authorities(chain: readonly Uint8Array[]) {
  return chain.slice(1, -1).map((certificate) => readCertificate(certificate));
}

function expiryOf(chain: readonly Uint8Array[]): Date {
  return new Date(Math.min(...authorities(chain).map(({ notAfterMs }) => notAfterMs)) + 1000);
}

function isProvisioned(chain: readonly Uint8Array[]): boolean {
  return authorities(chain).some(
    ({ subject }) => nameValue(subject, NAME_OID.commonName) === 'Droid CA2',
  );
}

function onLeaf(
  chain: readonly Uint8Array[],
  change: (leaf: Uint8Array) => Uint8Array,
): Promise<readonly Uint8Array[]> {
  return Promise.resolve(replaced(chain, 0, change(leafOf(chain))));
}

function authorityOf(chain: readonly Uint8Array[]): Uint8Array {
  const [, authority] = chain;
  if (authority === undefined) throw new RangeError('an attack on a chain without authority');
  return authority;
}

function withOtherChallenge(record: Uint8Array): Uint8Array {
  const at = RECORD_PART.challenge;
  return withPart(record, at, flipBit(partsOf(record)[at] ?? new Uint8Array(), -1));
}
