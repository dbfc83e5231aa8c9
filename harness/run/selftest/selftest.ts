import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { EXIT, HarnessError, type ExitCode } from '../../errors.js';
import { SABOTAGES } from '../sabotages/index.js';
import type { Trial } from './trial.js';

const WORKER = fileURLToPath(new URL('./trial-worker.js', import.meta.url));

/** Puts every sabotage into a run of its own, and says which pairs turn and which do not. */
export async function runSelftest(options: { readonly only?: string }): Promise<ExitCode> {
  const chosen = SABOTAGES.filter(({ id }) => options.only === undefined || id === options.only);
  if (chosen.length === 0) {
    throw new HarnessError('ERR_USAGE', `there is no sabotage "${String(options.only)}"`);
  }
  let [passed, failed] = [0, 0];
  const count = (trial: Trial): void => {
    passed += trial.pairs.filter(({ problems }) => problems.length === 0).length;
    failed += trial.pairs.filter(({ problems }) => problems.length > 0).length;
    failed += trial.strays.length;
    process.stdout.write(trialText(trial));
  };
  const workers = Math.min(availableParallelism(), chosen.length);
  const hands = Array.from({ length: workers }, (_, hand) =>
    chosen.filter((_sabotage, index) => index % workers === hand).map(({ id }) => id),
  );
  await Promise.all(hands.map((ids) => tryAll(ids, count)));
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 && passed > 0 ? EXIT.passed : EXIT.unexpectedVerdict;
}

function tryAll(ids: readonly string[], onTrial: (trial: Trial) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(WORKER, ids);
    let tried = 0;
    child.on('message', (trial) => {
      tried += 1;
      onTrial(trial as Trial);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0 && tried === ids.length) resolve();
      else {
        const end = signal ?? `exit code ${String(code)}`;
        const sabotage = ids[tried] ?? 'the end';
        reject(new Error(`the selftest broke off at ${sabotage}: ${end}`));
      }
    });
  });
}

function trialText({ sabotage, pairs, strays }: Trial): string {
  const lines = pairs.flatMap(({ scenario, problems }) => [
    `${sabotage}  ${problems.length === 0 ? 'turns' : 'DOES NOT TURN'}  ${scenario}`,
    ...problems.map((problem) => `    ${problem}`),
  ]);
  const unasked = strays.map((stray) => `${sabotage}  TURNS UNASKED  ${stray}`);
  return [...lines, ...unasked].map((line) => `${line}\n`).join('');
}
