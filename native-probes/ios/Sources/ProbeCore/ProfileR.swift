import Foundation

/// A request to sign with profile R: RFC 9421 over the digest of RFC 9530.
public struct ProfileR {
  private static let label = "sig1"
  private static let defaultPort = ":443"

  private let request: RequestToSign
  private let contentDigest: String

  public init(_ request: RequestToSign, sha256: SHA256Function) {
    self.request = request
    contentDigest = "sha-256=" + ProfileR.byteSequence(sha256(request.body))
  }

  /// What is signed; nil where a field holds a line feed. The last line has no end.
  public func signatureBase() -> String? {
    let texts = [request.method, request.authority, request.target, request.contentType]
    guard texts.allSatisfy(Arguments.isLine) else { return nil }
    let lines = components().map { "\"\($0.name)\": \($0.value)" }
    return (lines + ["\"@signature-params\": \(parameters())"]).joined(separator: "\n")
  }

  /// The three headers, in their order; the signature is r and s of 32 bytes each.
  public func headers(signature: [UInt8]) -> [(name: String, value: String)] {
    [
      ("content-digest", contentDigest),
      ("signature-input", "\(ProfileR.label)=\(parameters())"),
      ("signature", "\(ProfileR.label)=\(ProfileR.byteSequence(signature))"),
    ]
  }

  private func components() -> [(name: String, value: String)] {
    let target = request.target
    // By bytes: to Swift, a mark with an accent upon it is another character.
    let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
    let path = String(target[..<mark])
    let always = [
      ("@method", request.method),
      ("@authority", host()),
      ("@path", path.isEmpty ? "/" : path),
      // RFC 9421, 2.2.7: the question mark is there also where no query is.
      ("@query", mark == target.endIndex ? "?" : String(target[mark...])),
      ("content-digest", contentDigest),
    ]
    let type = request.contentType.trimmingCharacters(in: CharacterSet(charactersIn: " \t"))
    return request.contentType.isEmpty ? always : always + [("content-type", type)]
  }

  /// RFC 9421, 2.2.3: in lower case, without the port that https need not name.
  private func host() -> String {
    let lower = request.authority.lowercased()
    let hasDefaultPort = lower.hasSuffix(ProfileR.defaultPort)
    return hasDefaultPort ? String(lower.dropLast(ProfileR.defaultPort.count)) : lower
  }

  private func parameters() -> String {
    let names = components().map { "\"\($0.name)\"" }.joined(separator: " ")
    return [
      "(\(names))", "created=\(request.timestampMs / 1000)", "keyid=\"\(request.keyID)\"",
      "alg=\"ecdsa-p256-sha256\"", "nonce=\"\(request.epoch):\(request.counter)\"",
      "tag=\"attestlab\"",
    ].joined(separator: ";")
  }

  /// RFC 9651, 3.3.5.
  private static func byteSequence(_ bytes: [UInt8]) -> String {
    ":\(Data(bytes).base64EncodedString()):"
  }
}
