import { equalBytes } from '../../../encoding/bytes.js';
import { failed, holds, notApplicable, passed } from '../../check.js';
import { chainCheck } from '../subject.js';

/** The root is none whose private key everybody has. */
export const rootNotSoftware = chainCheck({
  id: 'android-key/root-not-software',
  rule: 'the root is none of the published software attestation roots',
  source: 'AOSP, system/keymaster, contexts/soft_attestation_cert.cpp; AKV SoftwareRoot.kt',
  withoutIt: 'an emulator, whose attestation key is public, passes for a phone',
  evaluate({ path: { root, anchorAdded }, trust }) {
    if (anchorAdded) return passed;
    if (root === null) return notApplicable('the chain has no root');
    const known = trust.knownSoftwareRoots.find(({ spki }) => equalBytes(spki, root.spki));
    return known === undefined ? passed : failed('a hardware root', known.name);
  },
});

/** The chain ends in a trusted key. */
export const anchorTrusted = chainCheck({
  id: 'android-key/anchor-trusted',
  rule: "the chain ends in a trust anchor's key",
  source: 'developer.android.com, Verify hardware-backed key pairs with key attestation, step 3',
  withoutIt: 'a chain that the attacker made himself is as good as a vendor’s',
  needs: ['android-key/root-present', 'android-key/root-not-software'],
  evaluate({ path, trust, chain }) {
    const names = trust.androidAnchors.map(({ name }) => name).join(', ');
    return holds(path.anchor !== null, {
      expected: names === '' ? 'a trust anchor, but the trust set has none' : names,
      actual: `a chain that ends in ${chain.certificates.at(-1)?.subject.text ?? ''}`,
    });
  },
});
