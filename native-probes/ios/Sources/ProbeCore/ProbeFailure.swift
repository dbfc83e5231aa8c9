/// What a probe answers instead of a result. Codes are API.
public enum ProbeErrorCode: String, CaseIterable, Sendable {
  case malformedRequest = "malformed_request"
  case versionUnsupported = "version_unsupported"
  case secretMissing = "secret_missing"
  case secretMismatch = "secret_mismatch"
  case requestUnreachable = "request_unreachable"
  case unknownCommand = "unknown_command"
  case invalidArgs = "invalid_args"
  case busy
  case unsupported
  case keyGenerationFailed = "key_generation_failed"
  case keyNotFound = "key_not_found"
  case keyNotExportable = "key_not_exportable"
  case keyUseFailed = "key_use_failed"
  case certificateMismatch = "certificate_mismatch"
  case appAttestFailed = "app_attest_failed"
  case playIntegrityFailed = "play_integrity_failed"
  case answerTooLarge = "answer_too_large"
  case `internal`
}

/// What the platform itself said, word for word and number for number.
public struct PlatformError: Error, Equatable, Sendable {
  /// The error's domain, such as `NSOSStatusErrorDomain` or `com.apple.devicecheck.error`.
  public let domain: String
  /// The error's code in that domain.
  public let code: Int
  /// The OSStatus, where there is one.
  public let status: Int?
  public let message: String
  /// Whether the same call can succeed later.
  public let isTransient: Bool

  public init(domain: String, code: Int, status: Int?, message: String, isTransient: Bool) {
    self.domain = domain
    self.code = code
    self.status = status
    self.message = message
    self.isTransient = isTransient
  }

  /// The fields that an answer adds for it.
  var fields: [String: JSONValue] {
    var fields: [String: JSONValue] = [
      "exception": .text(domain),
      "publicCode": .number(Double(code)),
      "transient": .bool(isTransient),
    ]
    if let status { fields["rawCode"] = .number(Double(status)) }
    return fields
  }
}

/// A command's "no".
public struct ProbeFailure: Error, Equatable, Sendable {
  public let code: ProbeErrorCode
  public let message: String
  public let platform: PlatformError?
  /// Of `key_generation_failed`: every try.
  public let attempts: [KeyAttempt]

  public init(
    _ code: ProbeErrorCode, _ message: String, platform: PlatformError? = nil,
    attempts: [KeyAttempt] = []
  ) {
    self.code = code
    self.message = message
    self.platform = platform
    self.attempts = attempts
  }

  /// The `error` of an answer.
  var json: JSONValue {
    var fields: [String: JSONValue] = platform?.fields ?? [:]
    fields["code"] = .text(code.rawValue)
    fields["message"] = .text(message)
    if !attempts.isEmpty { fields["attempts"] = .list(attempts.map(\.json)) }
    return .object(fields)
  }
}

/// Runs something that the platform may refuse; its refusal becomes a failure with this code.
func refused<Value>(
  as code: ProbeErrorCode, _ body: () async throws -> Value
) async throws -> Value {
  do {
    return try await body()
  } catch let error as PlatformError {
    throw ProbeFailure(code, error.message, platform: error)
  }
}
