export { readAdminToken } from './admin/admin-token.js';
export { createRelyingPartyClient, readAnswer } from './client.js';
export type {
  Answer,
  EnrolledPhone,
  IssuedChallenge,
  RegisteredSigningKey,
  RelyingPartyClient,
} from './client.js';
export { challengeChecks } from './checks/challenge.js';
export { clientCertificateChecks } from './checks/client-certificate.js';
export { signingKeyChecks, submittedKeyChecks } from './checks/deny-list.js';
export { enrolmentChecks } from './checks/enrolment.js';
export { playIntegrityChecks } from './checks/play-integrity.js';
export { registrationChecks } from './checks/registration.js';
export { DenyList } from './deny-list.js';
export type { CounterMode, EvidenceDemand, Judge, ReferenceValues } from './context.js';
export type {
  AppraisalEvent,
  ExchangeEvent,
  Listener,
  ReceiptEvent,
  RefusedConnectionEvent,
  RelyingPartyEvents,
} from './events.js';
export { CLOCK_OFFSET_HEADER } from './http/answering.js';
export type { OpenApi } from './http/openapi.js';
export { TLS_VERSIONS, type TlsVersions } from './http/listener.js';
export { SHORT_LIVED, type ClientCertificatePolicy } from './issue-certificate.js';
export type { CertificationOrder, ClientCertificateIssuer } from './issuing/issuer.js';
export { openTokenKey, type TokenKey, type TokenKeyOptions } from './issuing/token-key.js';
export { loggingEvents } from './log-events.js';
export { MemoryStore } from './memory-store.js';
export * from './monitoring/index.js';
export { openPkiFolder, PKI_FILES } from './pki-folder.js';
export { createLabPki, pemPrivateKey, pinOf, type LabPki, type ServerCredentials } from './pki.js';
export type { PlayIntegrityDecoder, PlayIntegrityDemand } from './play-integrity/decoder.js';
export {
  googlePlayIntegrityDecoder,
  type GoogleDecoderOptions,
} from './play-integrity/google-decoder.js';
export type { AppleAnswer } from './receipts/apple-answer.js';
export {
  APPLE_RECEIPT_SERVERS,
  appleReceiptRefresher,
  type AppleRefresherOptions,
} from './receipts/apple-refresher.js';
export { appleToken, type DeviceCheckKey } from './receipts/apple-token.js';
export { recordedReceiptRefresher } from './receipts/recorded-refresher.js';
export type { ReceiptRefresher, Refreshed } from './receipts/refresher.js';
export { APP_ATTEST_EPOCH } from './signers.js';
export { SERVICE_CODES, type RefusalCode, type ServiceCode } from './refusal.js';
export { allRules, type Rules } from './rules.js';
export * from './schemas.js';
export type { AdminOptions, RelyingPartyOptions } from './options.js';
export { startRelyingParty, type RelyingParty } from './server.js';
export type * from './store.js';
export { ALL_ACCEPTED } from './store.js';
export { openStore } from './store/open-store.js';
export { httpsTransport } from './transport.js';
export type {
  ClientIdentity,
  HttpsTransportOptions,
  Transport,
  TransportRequest,
  TransportResponse,
} from './transport.js';
