/// How a request is signed.
enum SigningProfile: String {
  case s, r
}

/// Commands about requests to a relying party.
extension Commands {
  func signRequest(_ arguments: inout Arguments) async throws -> JSONValue {
    let alias = try arguments.text("alias", Arguments.isAlias)
    let method = try arguments.text("method", Arguments.isToken)
    let authority = try arguments.text("authority") { !$0.isEmpty && Arguments.isLine($0) }
    let target = try arguments.text("target") { !$0.isEmpty && Arguments.isLine($0) }
    let contentType = try arguments.text("contentType", Arguments.isLine)
    let body = try arguments.bytes("body")
    let epoch = try arguments.u64("epoch")
    let counter = try arguments.u64("counter")
    let timestamp = try arguments.optionalWhole("timestampMs", in: 0...9_007_199_254_740_991)
    let profile = try arguments.optionalChoice("profile", SigningProfile.self) ?? .s
    try arguments.finish()
    let spki = try await publicKey(of: alias)
    let request = RequestToSign(
      method: method, authority: authority, target: target,
      keyID: SubjectPublicKeyInfo.keyID(spki, sha256: platform.sha256), epoch: epoch,
      counter: counter, timestampMs: timestamp.map(UInt64.init) ?? platform.timeMs(),
      contentType: contentType, body: body)
    switch profile {
    case .s: return try await signS(request, by: alias)
    case .r: return try await signR(request, by: alias, spki: spki)
    }
  }

  private func signS(_ request: RequestToSign, by alias: String) async throws -> JSONValue {
    let profile = ProfileS(request)
    guard let string = profile.canonicalString(sha256: platform.sha256) else {
      throw Commands.lineFeed
    }
    let signature = try await self.signature(of: Array(string.utf8), by: alias)
    return ["headers": .headers(profile.headers(signature: signature))]
  }

  private func signR(
    _ request: RequestToSign, by alias: String, spki: [UInt8]
  ) async throws -> JSONValue {
    guard SubjectPublicKeyInfo.isP256(spki) else {
      throw ProbeFailure(.unsupported, "profile R is for keys on P-256")
    }
    let profile = ProfileR(request, sha256: platform.sha256)
    guard let base = profile.signatureBase() else { throw Commands.lineFeed }
    let der = try await self.signature(of: Array(base.utf8), by: alias)
    guard let pair = P256Pair.of(der: der) else {
      throw ProbeFailure(.internal, "the platform wrote no ECDSA signature on P-256")
    }
    return ["headers": .headers(profile.headers(signature: pair))]
  }

  private static var lineFeed: ProbeFailure {
    ProbeFailure(.invalidArgs, "no field of a signed request may hold a line feed")
  }

  func sendRequest(_ arguments: inout Arguments) async throws -> JSONValue {
    let url = try arguments.text("url") { text in
      text.hasPrefix("https://") && text.utf8.count > 8 && !text.contains(where: \.isWhitespace)
    }
    let method = try arguments.text("method", Arguments.isToken)
    let headers = try arguments.headers("headers")
    let body = try arguments.bytes("body")
    let clientAlias = try arguments.optionalText("clientAlias", Arguments.isAlias)
    let anchors = try arguments.bytesList("anchors", count: 1...8)
    let pinTexts = try arguments.optionalTexts("pins", count: 1...8)
    try arguments.finish()
    guard anchors.allSatisfy({ SubjectPublicKeyInfo.of(certificate: $0) != nil }) else {
      throw arguments.invalid("anchors", "holds something that is no certificate")
    }
    let pins = try pinTexts.map { texts in
      guard let pins = Pins(texts) else {
        throw arguments.invalid("pins", "holds something that is no pin")
      }
      return pins
    }
    if let clientAlias { try await requireCertificate(of: clientAlias) }
    let began = platform.nowMs()
    let outcome = await platform.network.send(
      OutgoingRequest(
        url: url, method: method, headers: headers, body: body, clientAlias: clientAlias,
        anchors: anchors, pins: pins))
    return describe(outcome, ms: platform.nowMs() - began)
  }

  private func requireCertificate(of alias: String) async throws {
    _ = try await publicKey(of: alias)
    let keys = platform.keys
    let chain = try await refused(as: .keyUseFailed) { try keys.chain(alias: alias) }
    guard chain != nil else {
      throw ProbeFailure(.certificateMismatch, "no certificate is installed for \(alias)")
    }
  }

  private func describe(_ outcome: SendOutcome, ms: Double) -> JSONValue {
    switch outcome {
    case .answered(let status, let headers, let body):
      return [
        "outcome": "answered", "status": .number(Double(status)), "headers": .headers(headers),
        "body": .bytes(body), "ms": .number(ms),
      ]
    case .failed(let phase, let error):
      return [
        "outcome": "failed", "phase": .text(phase.rawValue), "error": .text(error),
        "ms": .number(ms),
      ]
    }
  }
}
