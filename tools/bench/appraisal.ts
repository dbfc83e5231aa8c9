import { benchAttestations } from './attestations.js';
import { benchChains } from './chains.js';
import type { Figure } from './figure.js';
import { benchMessages } from './messages.js';
import { benchPeers } from './peers.js';
import { benchReplay } from './replay.js';

/**
 * What an appraisal costs beside the signature checks that no verifier can leave out, and beside
 * other libraries. Every ratio is of medians of one run.
 */
export const appraisal: Figure = {
  name: 'appraisal',
  async measure(print) {
    for (const figure of [benchChains, benchAttestations, benchMessages, benchPeers, benchReplay]) {
      for (const line of await figure()) print(line);
    }
  },
};
