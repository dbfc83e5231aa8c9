import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Connects with OpenSSL's own client, which judges the chain inside the handshake and refuses by
 * alert; Node's client finishes the handshake first. Resolves when it has gone.
 */
export async function refuseByAlert(port: number, serverName: string): Promise<void> {
  const client = spawn(
    'openssl',
    [
      ...['s_client', '-connect', `127.0.0.1:${port}`, '-servername', serverName],
      ...['-verify_return_error', '-no-CAfile', '-no-CApath', '-no-CAstore'],
    ],
    { stdio: 'ignore' },
  );
  await once(client, 'exit');
}
