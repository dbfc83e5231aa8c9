/// Where a key can live.
public enum KeyLevel: String, CaseIterable, Sendable {
  case strongbox
  case tee
  case secureEnclave = "secure-enclave"
  case software
}

/// One try of one rung.
public struct KeyAttempt: Equatable, Sendable {
  public let level: KeyLevel
  public let ms: Double
  /// Nil where it yielded a key.
  public let failure: PlatformError?

  var json: JSONValue {
    var fields: [String: JSONValue] = failure?.fields ?? [:]
    fields["level"] = .text(level.rawValue)
    fields["ok"] = .bool(failure == nil)
    fields["ms"] = .number(ms)
    if let failure { fields["message"] = .text(failure.message) }
    return .object(fields)
  }
}

/// Goes down a ladder of levels until one yields a key.
///
/// Only a lasting failure leads to the next rung: a moment's weakness of the better hardware must
/// not end in a key of the worse.
public struct KeyLadder {
  /// Pauses before a rung that failed for the moment is tried again.
  static let retryPausesMs: [UInt64] = [250, 500, 1000]

  let nowMs: @Sendable () -> Double
  let pause: @Sendable (UInt64) async throws -> Void

  public init(
    nowMs: @escaping @Sendable () -> Double,
    pause: @escaping @Sendable (UInt64) async throws -> Void
  ) {
    self.nowMs = nowMs
    self.pause = pause
  }

  /// The key and every attempt, the successful one last; throws `key_generation_failed`.
  public func climb<Key>(
    _ levels: [KeyLevel], make: (KeyLevel) async throws -> Key
  ) async throws -> (key: Key, attempts: [KeyAttempt]) {
    var attempts: [KeyAttempt] = []
    ladder: for level in levels {
      var pauses = KeyLadder.retryPausesMs[...]
      while true {
        let began = nowMs()
        do {
          let key = try await make(level)
          attempts.append(KeyAttempt(level: level, ms: nowMs() - began, failure: nil))
          return (key, attempts)
        } catch let error as PlatformError {
          attempts.append(KeyAttempt(level: level, ms: nowMs() - began, failure: error))
          guard error.isTransient else { continue ladder }
          guard let pauseMs = pauses.popFirst() else { break ladder }
          try await pause(pauseMs)
        }
      }
    }
    throw ProbeFailure(
      .keyGenerationFailed, "no rung of the ladder yielded a key", attempts: attempts)
  }
}
