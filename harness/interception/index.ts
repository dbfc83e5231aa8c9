export {
  createInterceptionAuthority,
  type InterceptionAuthority,
  type ServerCredentials,
} from './authority.js';
export type {
  ConnectionEnd,
  InterceptedConnection,
  RejectionPhase,
} from './intercepted-connection.js';
export { loadInterceptionAuthority, type AuthorityFiles } from './load-authority.js';
// The proxy itself is loaded from ./mitm.js where it is needed: mockttp takes its time.
export type { MitmProxy, MitmProxyOptions, MitmRule, ReadRequest } from './mitm.js';
export type { Presented } from './terminate-tls.js';
export {
  startTlsInterceptor,
  type Interception,
  type TlsInterceptor,
  type TlsInterceptorOptions,
} from './tls-interceptor.js';
export type { Address, TlsUpstream } from './upstream.js';
