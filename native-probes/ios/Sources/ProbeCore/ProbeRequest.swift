/// A request, whole.
public struct ProbeRequest: Equatable, Sendable {
  public let id: String
  /// 32 bytes, as their text.
  public let secret: String
  public let command: String
  public let args: [String: JSONValue]

  /// Reads a request; throws `malformed_request` or `version_unsupported`.
  public init(json: String) throws {
    let malformed = ProbeFailure(
      .malformedRequest, "the request is none of this protocol version")
    guard json.utf8.count <= Limits.requestBytes,
      let value = JSONValue.parse(Array(json.utf8)), value.nests(atMost: Limits.requestDepth),
      case .object(let fields) = value,
      Set(fields.keys) == ["v", "id", "secret", "command", "args"],
      case .text(let id)? = fields["id"], RequestID.isValid(id),
      case .text(let secret)? = fields["secret"],
      Secret.isValid(secret),
      case .text(let command)? = fields["command"],
      (1...64).contains(command.unicodeScalars.count),
      case .object(let args)? = fields["args"], let version = fields["v"]
    else { throw malformed }
    guard version.whole == Limits.version else {
      throw ProbeFailure(
        .versionUnsupported, "the request is none of this protocol version")
    }
    self.id = id
    self.secret = secret
    self.command = command
    self.args = args
  }
}
