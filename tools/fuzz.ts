import { parseArgs } from 'node:util';
import { readVectors } from '../harness/corpus/index.js';
import { vectorFiles } from '../harness/corpus/vectors/write-vectors.js';
import { freshState, fuzzCorpus, fuzzOnce, unreached } from './fuzz/fuzz.js';
import { hostileSizes } from './fuzz/hostile.js';

// `npm run fuzz -- --seconds N --seed S [--from I]`: spoils evidence of the corpus at its TLV and
// CBOR nodes, signs most of it again with the corpus' keys, and appraises it. A mutant follows from
// seed and iteration, so `--from` goes on where a run stopped, and shows a find again.
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
  },
});
const [seconds, seed, from] = [values.seconds, values.seed, values.from].map(Number);
if (![seconds, seed, from].every((value) => Number.isInteger(value))) {
  process.stderr.write('remedy: npm run fuzz -- --seconds N --seed S [--from I], whole numbers\n');
  process.exit(2);
}

const vectors = [...vectorFiles()].flatMap(([name, text]) => readVectors(JSON.parse(text), name));
const corpus = fuzzCorpus(vectors);
const state = freshState();
const slow = hostileSizes();
const end = performance.now() + (seconds ?? 0) * 1000;
let iteration = from ?? 0;
for (; performance.now() < end && state.troubles.length < 10; iteration += 1) {
  fuzzOnce(corpus, { seed: seed ?? 0, iteration }, state);
}

for (const { iteration: at, vector, what } of state.troubles) {
  process.stdout.write(`TROUBLE at --seed ${seed ?? 0} --from ${at}, on ${vector}: ${what}\n`);
}
for (const line of slow) process.stdout.write(`TROUBLE: ${line}\n`);
const left = unreached(state);
process.stdout.write(
  `reached ${state.reached.size} checks: ${[...state.reached].sort().join(', ')}\n` +
    (left.length === 0 ? '' : `not reached: ${left.join(', ')}\n`) +
    `${state.iterations} mutants, ${state.accepted} accepted, slowest ${state.slowestMs.toFixed(1)} ms, ` +
    `${state.troubles.length + slow.length} troubles; go on with --seed ${seed ?? 0} --from ${iteration}\n`,
);
process.exitCode = state.troubles.length + slow.length > 0 || left.length > 0 ? 1 : 0;
