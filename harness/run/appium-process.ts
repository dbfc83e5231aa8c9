// A process of its own: Appium takes over signals, the console and exit codes of the one it is in.
import { main } from 'appium';
import { z } from 'zod';

const settings = z
  .strictObject({ port: z.number().int(), logFile: z.string(), appiumHome: z.string().nullable() })
  .parse(JSON.parse(process.argv[2] ?? 'null'));

// The log tells of phones and of what was sent to them.
process.umask(0o077);

// The run that started this server is gone: without it nobody would ever stop the server.
process.once('disconnect', () => process.exit(0));

await main({
  port: settings.port,
  address: '127.0.0.1',
  loglevel: 'error:debug',
  logFile: settings.logFile,
  logTimestamp: true,
  logNoColors: true,
  // A deep link carries the secret that makes a probe obey, and a pushed file may hold evidence.
  logFilters: [
    { pattern: '(attestlab-probe://v1\\?[ru]=)[^"\\s]+', flags: 'g', replacer: '$1(hidden)' },
  ],
  ...(settings.appiumHome === null ? {} : { appiumHome: settings.appiumHome }),
  throwInsteadOfExit: true,
});
process.send?.('listening');
