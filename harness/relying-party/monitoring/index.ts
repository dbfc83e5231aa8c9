export { riskOf, type Risk } from './risk-of.js';
export { signalsOf, type Signal } from './signals-of.js';
export { suspiciousKeys, type SuspiciousKeys } from './suspicious-keys.js';
export { SUSPICIONS, type Adversary } from './suspicions.js';
export { THRESHOLDS, WINDOW_MS, type SignalId, type Threshold } from './thresholds.js';
export {
  TrafficLog,
  type AttestedLevel,
  type ChallengeIssued,
  type KeyAttested,
  type KeyPresented,
  type RequestPresented,
  type RiskMetricTold,
  type TrafficEvent,
  type TrafficLimits,
} from './traffic-log.js';
