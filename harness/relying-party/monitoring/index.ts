export { signalsOf, type Signal } from './signals-of.js';
export { THRESHOLDS, WINDOW_MS, type SignalId, type Threshold } from './thresholds.js';
export {
  TrafficLog,
  type ChallengeIssued,
  type KeyPresented,
  type RequestPresented,
  type TrafficEvent,
  type TrafficLimits,
} from './traffic-log.js';
