import { SABOTAGES } from '../sabotages/index.js';
import { trySabotage } from './trial.js';

// A process of its own: tries the sabotages that it was started with and sends home what each turned.
for (const id of process.argv.slice(2)) {
  const sabotage = SABOTAGES.find((one) => one.id === id);
  if (sabotage === undefined) throw new RangeError(`there is no sabotage ${id}`);
  process.send?.(await trySabotage(sabotage));
}
process.disconnect();
