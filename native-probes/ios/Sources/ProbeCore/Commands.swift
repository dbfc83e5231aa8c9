/// Does what a request asks. Decides nothing: every answer is what the platform said.
struct Commands {
  static let probeName = "attestlab probe"

  let platform: Platform

  /// The result of a command; throws `ProbeFailure`.
  func perform(_ command: String, _ args: [String: JSONValue]) async throws -> JSONValue {
    var arguments = Arguments(args, of: command)
    switch command {
    case "hello": return try hello(&arguments)
    case "facts": return try facts(&arguments)
    case "key.generate": return try await generateKey(&arguments)
    case "key.csr": return try await certificateRequest(&arguments)
    case "key.sign": return try await sign(&arguments)
    case "key.export": return try await exportKey(&arguments)
    case "key.delete": return try await deleteKey(&arguments)
    case "certificate.install": return try await installCertificate(&arguments)
    case "appattest.generate": return try await generateAppAttestKey(&arguments)
    case "appattest.attest": return try await attest(&arguments)
    case "appattest.assert": return try await assert(&arguments)
    case "playintegrity.request": return try requestVerdict(&arguments)
    case "request.sign": return try await signRequest(&arguments)
    case "request.send": return try await sendRequest(&arguments)
    case "reset": return try await reset(&arguments)
    default:
      throw ProbeFailure(.unknownCommand, "\(command) is no command of version 1")
    }
  }

  private func hello(_ arguments: inout Arguments) throws -> JSONValue {
    let lowest = try arguments.whole("minVersion", in: 1...255)
    let highest = try arguments.whole("maxVersion", in: 1...255)
    try arguments.finish()
    guard (lowest...max(lowest, highest)).contains(Limits.version), highest >= lowest else {
      throw ProbeFailure(.versionUnsupported, "the probe speaks version \(Limits.version) alone")
    }
    return [
      "version": .number(Double(Limits.version)),
      "probe": ["name": .text(Commands.probeName), "build": .text(platform.facts().build)],
      "platform": "ios",
    ]
  }

  private func requestVerdict(_ arguments: inout Arguments) throws -> JSONValue {
    let kind = try arguments.text("kind") { ["classic", "standard"].contains($0) }
    let isShort = { (text: String) in text.utf16.count <= 1024 }
    _ = try arguments.text(kind == "classic" ? "nonce" : "requestHash", isShort)
    try arguments.finish()
    throw ProbeFailure(.unsupported, "Play Integrity is a service of Android")
  }

  private func facts(_ arguments: inout Arguments) throws -> JSONValue {
    try arguments.finish()
    let facts = platform.facts()
    return [
      "platform": "ios",
      "virtual": false,
      "model": .text(facts.model),
      "osVersion": .text(facts.osVersion),
      "apiLevel": .null,
      "securityPatch": .null,
      "features": .texts(facts.features),
      "featureVersions": .object([:]),
      "bootProperties": .object([:]),
      "rootHints": .texts(facts.rootHints),
      "passcodeSet": facts.passcodeSet.map(JSONValue.bool) ?? .null,
      "appAttestSupported": .bool(platform.appAttest.isSupported),
      "deviceTimeMs": .number(Double(platform.timeMs())),
      "probe": [
        "package": .text(facts.bundleID),
        "version": .text(facts.version),
        "build": .text(facts.build),
        "signerDigests": .list([]),
        "teamId": facts.teamID.map(JSONValue.text) ?? .null,
      ],
    ]
  }

  private func reset(_ arguments: inout Arguments) async throws -> JSONValue {
    try arguments.finish()
    let keys = platform.keys
    return try await refused(as: .internal) {
      let aliases = try keys.aliases().sorted()
      for alias in aliases { _ = try keys.delete(alias: alias) }
      return ["deletedAliases": .texts(aliases)]
    }
  }
}

extension JSONValue {
  static func texts(_ texts: [String]) -> JSONValue { .list(texts.map(JSONValue.text)) }

  static func bytes(_ bytes: [UInt8]) -> JSONValue { .text(Base64URL.encode(bytes)) }

  static func headers(_ headers: [(name: String, value: String)]) -> JSONValue {
    .list(headers.map { .list([.text($0.name), .text($0.value)]) })
  }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(uniqueKeysWithValues: elements))
  }
}
