import { writeFileSync } from 'node:fs';
import {
  commandFor,
  ownCorpus,
  readQuestions,
  SHIPPED_PEERS,
  startAdapter,
} from '../harness/corpus/differential/index.js';
import { digestOf, RECORDED_ANSWERS } from '../harness/corpus/differential/peers-page.js';

// Records what the peers on the JVM say of our own corpus, for the page that is made without them.
const questions = ownCorpus().flatMap((file) => readQuestions(file));
const recorded: Record<string, Record<string, object>> = {};
for (const peer of SHIPPED_PEERS.filter(({ runsOn }) => runsOn === 'java')) {
  const command = commandFor(peer, 30_000);
  if ('problem' in command) throw new Error(`${peer.name}: ${command.problem}: ${command.remedy}`);
  const adapter = startAdapter(command);
  const answers: Record<string, object> = {};
  for (const { format, vector } of questions) {
    if (!peer.formats.includes(format)) continue;
    const { verdict, reason } = await adapter.ask(vector);
    answers[vector.id] = { asked: digestOf(vector), verdict, reason };
  }
  await adapter.close();
  recorded[peer.name] = answers;
}
writeFileSync(RECORDED_ANSWERS, `${JSON.stringify(recorded, null, 2)}\n`);
