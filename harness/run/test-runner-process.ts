// A process of its own: the test runner takes over signals and exits. Loading it takes as long as
// starting Appium, so it is loaded meanwhile and waits for its order.
import { Launcher } from '@wdio/cli';
// The launcher loads it by its name, and only then.
import '@wdio/local-runner';
import { testRunnerOrderSchema } from './test-runner-order.js';

// As the program of @wdio/cli sets it, for the runner and for whatever asks in its workers.
process.env['NODE_ENV'] ??= 'test';

const gone = (): void => process.exit(1);
// The run is gone before there was anything to do.
process.once('disconnect', gone);
process.once('message', (message) => {
  process.off('disconnect', gone);
  void run(message);
});

async function run(message: unknown): Promise<void> {
  try {
    const { configuration, env } = testRunnerOrderSchema.parse(message);
    // Workers inherit this environment.
    Object.assign(process.env, env);
    process.exit((await new Launcher(configuration, {}).run()) ?? 0);
  } catch (error) {
    process.stderr.write(
      `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  }
}
