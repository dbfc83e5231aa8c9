import { concatBytes } from '../encoding/bytes.js';
import { readCertificate, extensionsOf as parsedExtensions } from '../encoding/certificate.js';
import { EXTENSION_OID } from '../encoding/certificate-builder.js';
import { der } from '../encoding/der-writer.js';
import { children, readDer } from '../encoding/der.js';
import { KEY_DESCRIPTION_OID } from '../evidence/android-key/index.js';
import type { AndroidKeyAttack } from './attack.js';
import { appendedBelow, extensionType, reissued, withExtensions } from './edit-certificate.js';
import { flipBit, replaced } from './edit-der.js';

const GUIDE = 'developer.android.com, Verify hardware-backed key pairs with key attestation';
const SIGNED = 'RFC 5280, 6.1.3 (a)(1): the record is inside what the certificate signs';

const CHALLENGE = 4;
const DIGITAL_SIGNATURE = 0;

/** The challenge of the day is written into an old record. */
export const challengeReplaced: AndroidKeyAttack = {
  id: 'android-key/challenge-replaced',
  applies: 'android-key',
  description: 'writes another challenge into the record, which the phone signed with its own',
  needs: [],
  failing: { 'android-key': ['android-key/signatures-verify'] },
  references: [SIGNED],
  mutate: (chain) =>
    onLeaf(chain, (leaf) =>
      withExtensions(leaf, (extensions) =>
        extensions.map((extension) =>
          extensionType(extension) === KEY_DESCRIPTION_OID
            ? recordExtension(withOtherChallenge(recordOf(leaf)))
            : extension,
        ),
      ),
    ),
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

function onLeaf(
  chain: readonly Uint8Array[],
  change: (leaf: Uint8Array) => Uint8Array,
): Promise<readonly Uint8Array[]> {
  return Promise.resolve(replaced(chain, 0, change(leafOf(chain))));
}

function leafOf(chain: readonly Uint8Array[]): Uint8Array {
  const [leaf] = chain;
  if (leaf === undefined) throw new RangeError('an attack on an empty chain');
  return leaf;
}

function authorityOf(chain: readonly Uint8Array[]): Uint8Array {
  const [, authority] = chain;
  if (authority === undefined) throw new RangeError('an attack on a chain without authority');
  return authority;
}

function recordOf(leaf: Uint8Array): Uint8Array {
  const [record] = parsedExtensions(readCertificate(leaf), KEY_DESCRIPTION_OID);
  if (record === undefined) throw new RangeError('an attack on a leaf without a record');
  return record.value;
}

function recordExtension(record: Uint8Array): Uint8Array {
  return der.sequence(der.oid(KEY_DESCRIPTION_OID), der.octetString(record));
}

function withOtherChallenge(record: Uint8Array): Uint8Array {
  const parts = children(readDer(record)).map((part) => part.raw);
  const challenge = flipBit(parts[CHALLENGE] ?? new Uint8Array(), -1);
  return der.sequence(...replaced(parts, CHALLENGE, challenge));
}
