import { takeApart } from '../../harness/attacks/edit-der.js';
import { testKeyOf } from '../../harness/corpus/minting/test-key.js';
import { der } from '../../harness/encoding/der-writer.js';
import { derTree } from './der-tree.js';
import type { Random } from './random.js';
import { mutateTree } from './tree.js';

/** A certificate or request whose signed part is spoilt and signed again by `signer`. */
export function respoilt(
  signed: Uint8Array,
  { signer, random }: { readonly signer: Uint8Array; readonly random: Random },
): Uint8Array {
  const key = testKeyOf(signer);
  if (key === undefined || derTree.parse(signed)?.parts?.length !== 3) {
    return mutateTree(signed, derTree, random);
  }
  const parts = takeApart(signed);
  const body = mutateTree(der.sequence(...parts.fields), derTree, random);
  return der.sequence(body, parts.algorithm, der.bitString(key.sign(body)));
}
