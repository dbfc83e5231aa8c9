import type { ServerOptions } from 'node:https';
import type { Context } from '../context.js';
import type { DenyList } from '../deny-list.js';
import { createListener, listen, type TlsVersions } from '../http/listener.js';
import { describeRoutes, type OpenApi } from '../http/openapi.js';
import type { AdminOptions } from '../options.js';
import type { createMetrics } from './metrics.js';
import { addAdminRoutes, demandToken } from './routes.js';

/** What an administration is started with. */
export interface AdminParts extends AdminOptions {
  readonly context: Context;
  readonly denyList: DenyList;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly tls: ServerOptions;
  readonly versions: TlsVersions;
}

/** The administration of a relying party, which listens. */
export interface Administration {
  readonly url: string;
  readonly describe: () => OpenApi;
  close(): Promise<void>;
}

/** Starts the listener for whoever runs a relying party; it speaks TLS, since its token is a secret. */
export async function startAdmin(parts: AdminParts): Promise<Administration> {
  const { context, denyList, metrics, tls, versions, address = '127.0.0.1' } = parts;
  metrics.watch(denyList);
  const listener = createListener(context, { listener: 'admin', tls, versions });
  demandToken(listener, parts.token);
  const describe = describeRoutes(listener, 'admin');
  const startedAt = context.clock();
  addAdminRoutes(listener, { context, denyList, metrics, tls: versions, startedAt });
  const port = await listen(listener, {
    ...{ address, port: parts.port ?? 0, authorities: [] },
    hosts: [...new Set([address, 'localhost', '127.0.0.1'])],
  });
  const host = address === '127.0.0.1' ? 'localhost' : address;
  return { url: `https://${host}:${port}`, describe, close: () => listener.app.close() };
}
