import { HarnessError } from '../../errors.js';
import { inWords, type Answered } from './target.js';

/**
 * Sends one thing after another and answers what became of the last, which is the attack. What comes
 * before it is genuine: where that is not accepted, nothing is learnt.
 */
export async function lastOfSequence<Sent>(
  sequence: readonly Sent[],
  send: (one: Sent, isLast: boolean) => Promise<Answered>,
): Promise<Answered> {
  const last = sequence.at(-1);
  if (last === undefined) throw new RangeError('an attack that sends nothing');
  for (const one of sequence.slice(0, -1)) {
    const answer = await send(one, false);
    if (answer.outcome !== 'accepted') {
      const message = `what is genuine and comes before it was not accepted: ${inWords(answer)}`;
      throw new HarnessError('ERR_RELYING_PARTY', message);
    }
  }
  return send(last, true);
}
