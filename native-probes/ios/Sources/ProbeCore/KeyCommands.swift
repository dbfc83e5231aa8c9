/// Commands about keys and their certificates.
extension Commands {
  func generateKey(_ arguments: inout Arguments) async throws -> JSONValue {
    let alias = try arguments.text("alias", Arguments.isAlias)
    // iOS keys are for whatever the app does with them; the words are still checked.
    _ = try arguments.choice("purpose", KeyPurpose.self)
    let algorithm = try arguments.choice("algorithm", KeyAlgorithm.self)
    let levels = try arguments.choices("ladder", count: 1...4, KeyLevel.self)
    _ = try arguments.choices("digests", count: 1...2, KeyDigest.self)
    // Nothing on iOS attests a key by a challenge: App Attest vouches for it.
    _ = try arguments.optionalBytes("challenge", count: 0...Limits.challengeBytes)
    try arguments.finish()
    let keys = platform.keys
    if let foreign = levels.first(where: { !keys.levels.contains($0) }) {
      throw ProbeFailure(.unsupported, "ios has no \(foreign.rawValue)")
    }
    let ladder = KeyLadder(nowMs: platform.nowMs, pause: platform.pause)
    let (key, attempts) = try await ladder.climb(levels) { level in
      try await keys.generate(alias: alias, algorithm: algorithm, level: level)
    }
    return [
      "level": .text(key.level.rawValue),
      "attempts": .list(attempts.map(\.json)),
      "spki": .bytes(key.spki),
    ]
  }

  func certificateRequest(_ arguments: inout Arguments) async throws -> JSONValue {
    let alias = try arguments.text("alias", Arguments.isAlias)
    let commonName = try arguments.text("commonName") { (1...64).contains($0.utf16.count) }
    let nonce = try arguments.bytes("nonce", count: Limits.nonceBytes...Limits.nonceBytes)
    try arguments.finish()
    let spki = try await publicKey(of: alias)
    guard SubjectPublicKeyInfo.isP256(spki) else {
      throw ProbeFailure(.unsupported, "certification requests are for keys on P-256")
    }
    let request = CertificateRequest(commonName: commonName, spki: spki, nonce: nonce)
    let signature = try await self.signature(of: request.signedPart(), by: alias)
    return ["csr": .bytes(request.signed { _ in signature })]
  }

  func sign(_ arguments: inout Arguments) async throws -> JSONValue {
    let alias = try arguments.text("alias", Arguments.isAlias)
    let data = try arguments.bytes("data")
    try arguments.finish()
    _ = try await publicKey(of: alias)
    return ["signature": .bytes(try await signature(of: data, by: alias))]
  }

  func exportKey(_ arguments: inout Arguments) async throws -> JSONValue {
    let alias = try arguments.text("alias", Arguments.isAlias)
    try arguments.finish()
    _ = try await publicKey(of: alias)
    let keys = platform.keys
    return try await refused(as: .keyNotExportable) {
      ["privateKey": .bytes(try keys.exportPrivate(alias: alias))]
    }
  }

  func deleteKey(_ arguments: inout Arguments) async throws -> JSONValue {
    let alias = try arguments.text("alias", Arguments.isAlias)
    try arguments.finish()
    let keys = platform.keys
    return try await refused(as: .internal) { ["deleted": .bool(try keys.delete(alias: alias))] }
  }

  func installCertificate(_ arguments: inout Arguments) async throws -> JSONValue {
    let alias = try arguments.text("alias", Arguments.isAlias)
    let chain = try arguments.bytesList("chain", count: 1...8)
    try arguments.finish()
    let keysOfChain = chain.map(SubjectPublicKeyInfo.of(certificate:))
    guard keysOfChain.allSatisfy({ $0 != nil }) else {
      throw ProbeFailure(.invalidArgs, "the chain holds something that is no certificate")
    }
    let spki = try await publicKey(of: alias)
    guard keysOfChain.first == spki else {
      throw ProbeFailure(.certificateMismatch, "the leaf does not certify the key \(alias)")
    }
    let keys = platform.keys
    try await refused(as: .internal) { try keys.install(chain: chain, alias: alias) }
    return .object([:])
  }

  /// The public key of an alias; throws `key_not_found`.
  func publicKey(of alias: String) async throws -> [UInt8] {
    let keys = platform.keys
    let found = try await refused(as: .keyUseFailed) { try keys.publicKey(alias: alias) }
    guard let found else { throw ProbeFailure(.keyNotFound, "no key has the alias \(alias)") }
    return found
  }

  /// Signs with a key of the platform.
  ///
  /// A plain method on purpose: it is what instrumentation puts itself in place of.
  func signature(of data: [UInt8], by alias: String) async throws -> [UInt8] {
    let keys = platform.keys
    return try await refused(as: .keyUseFailed) { try await keys.sign(alias: alias, data: data) }
  }
}

extension SubjectPublicKeyInfo {
  /// Whether a key is an uncompressed point on P-256.
  static func isP256(_ spki: [UInt8]) -> Bool {
    spki.count > 65 && p256(point: Array(spki.suffix(65))) == spki
  }
}
