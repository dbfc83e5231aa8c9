import { loadavg } from 'node:os';
import { benchAttestations } from './bench/attestations.js';
import { benchChains } from './bench/chains.js';
import { benchMessages } from './bench/messages.js';
import { benchPeers } from './bench/peers.js';

// `npm run bench`: what an appraisal costs beside the signature checks that no verifier can leave
// out, and beside other libraries. Every ratio is of medians of one run.
const load = loadavg().map((average) => average.toFixed(1));
process.stdout.write(
  `Node ${process.versions.node}, ${process.platform} ${process.arch}, load ${load.join(' ')}\n`,
);
for (const figure of [benchChains, benchAttestations, benchMessages, benchPeers]) {
  for (const line of await figure()) process.stdout.write(line);
}
