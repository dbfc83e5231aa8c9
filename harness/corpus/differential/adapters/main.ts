import { LIBRARY_PEERS } from './library-peers.js';
import { serve } from '../serve.js';

// The program behind a library peer: `node main.js NAME`, vectors on stdin, results on stdout.
const [name = ''] = process.argv.slice(2);
const load = LIBRARY_PEERS.get(name);
if (load === undefined) {
  process.stderr.write(`no adapter for ${name}\n`);
  process.exitCode = 2;
} else {
  await serve(await load(), { input: process.stdin, output: process.stdout });
}
