import { createHash } from 'node:crypto';
import { z } from 'zod';
import { COMMAND_NAMES, COMMANDS } from './commands.js';
import { protocolExamples } from './protocol-examples.js';
import { protocolVectors } from './protocol-vectors.js';
import { answerSchema, requestSchema, stateSchema } from './protocol.js';

/** The generated files of `native-probes/protocol/`, by their path there; the same in every build. */
export function protocolFiles(): ReadonlyMap<string, string> {
  const examples = [...protocolExamples()].map(
    ([name, example]) => [`examples/${name}.json`, json(example)] as const,
  );
  const files = new Map([
    ['schema.json', json(protocolSchema())],
    ['vectors.json', json(protocolVectors())],
    ...examples,
  ]);
  return files.set('SHA256SUMS', checksums(files));
}

// As `sha256sum -c` reads them: whoever copies these files notices a changed byte in any of them.
function checksums(files: ReadonlyMap<string, string>): string {
  return [...files]
    .map(([name, text]) => `${createHash('sha256').update(text).digest('hex')}  ${name}\n`)
    .join('');
}

/** The protocol as one JSON Schema; each command has its arguments and its result in `$defs`. */
export function protocolSchema(): Readonly<Record<string, unknown>> {
  const commands = COMMAND_NAMES.flatMap((name) => [
    [`${name} args`, definitionOf(COMMANDS[name].args)] as const,
    [`${name} result`, definitionOf(COMMANDS[name].result)] as const,
  ]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'attestlab probe protocol, version 1',
    oneOf: [{ $ref: '#/$defs/request' }, { $ref: '#/$defs/answer' }, { $ref: '#/$defs/state' }],
    $defs: {
      request: definitionOf(requestSchema),
      answer: definitionOf(answerSchema),
      state: definitionOf(stateSchema),
      ...Object.fromEntries(commands),
    },
  };
}

function definitionOf(schema: z.ZodType): Readonly<Record<string, unknown>> {
  const definition = z.toJSONSchema(schema, {
    // What a peer may send, which is what an implementer checks.
    io: 'input',
    // Readonly is a rule of our own code, not of the format.
    override: ({ jsonSchema }) => delete jsonSchema.readOnly,
  });
  delete definition.$schema;
  return definition;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
