/// Commands of App Attest. The hash is handed on verbatim, and an error comes back as it was.
extension Commands {
  func generateAppAttestKey(_ arguments: inout Arguments) async throws -> JSONValue {
    try arguments.finish()
    let service = platform.appAttest
    return try await refused(as: .appAttestFailed) {
      ["keyId": .bytes(try await service.generateKey())]
    }
  }

  func attest(_ arguments: inout Arguments) async throws -> JSONValue {
    let (keyID, hash) = try hashArguments(&arguments)
    let service = platform.appAttest
    return try await refused(as: .appAttestFailed) {
      ["attestationObject": .bytes(try await service.attest(keyID: keyID, clientDataHash: hash))]
    }
  }

  func assert(_ arguments: inout Arguments) async throws -> JSONValue {
    let (keyID, hash) = try hashArguments(&arguments)
    let service = platform.appAttest
    return try await refused(as: .appAttestFailed) {
      ["assertion": .bytes(try await service.assert(keyID: keyID, clientDataHash: hash))]
    }
  }

  private func hashArguments(
    _ arguments: inout Arguments
  ) throws -> (keyID: [UInt8], hash: [UInt8]) {
    let keyID = try arguments.bytes("keyId", count: 32...32)
    // Of any length: what the service itself refuses it must be able to refuse.
    let hash = try arguments.bytes("clientDataHash", count: 1...Limits.requestBytes)
    try arguments.finish()
    return (keyID, hash)
  }
}
