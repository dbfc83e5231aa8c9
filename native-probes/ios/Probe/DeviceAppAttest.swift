import DeviceCheck
import Foundation
import ProbeCore

/// App Attest as this phone has it. Tries nothing again: what to do about an error is the host's.
struct DeviceAppAttest: AppAttestService {
  var isSupported: Bool { DCAppAttestService.shared.isSupported }

  func generateKey() async throws -> [UInt8] {
    let keyID = try await verbatim { try await DCAppAttestService.shared.generateKey() }
    // Apple's id is base64 of SHA-256 of the point.
    guard let bytes = Data(base64Encoded: keyID) else {
      throw PlatformError(
        domain: DCError.errorDomain, code: DCError.Code.unknownSystemFailure.rawValue,
        status: nil, message: "a key id that is no base64", isTransient: false)
    }
    return [UInt8](bytes)
  }

  func attest(keyID: [UInt8], clientDataHash: [UInt8]) async throws -> [UInt8] {
    let id = Data(keyID).base64EncodedString()
    return [UInt8](
      try await verbatim {
        try await DCAppAttestService.shared.attestKey(id, clientDataHash: Data(clientDataHash))
      })
  }

  func assert(keyID: [UInt8], clientDataHash: [UInt8]) async throws -> [UInt8] {
    let id = Data(keyID).base64EncodedString()
    return [UInt8](
      try await verbatim {
        try await DCAppAttestService.shared.generateAssertion(
          id, clientDataHash: Data(clientDataHash))
      })
  }

  private func verbatim<Value>(_ call: () async throws -> Value) async throws -> Value {
    do {
      return try await call()
    } catch {
      throw PlatformError(error)
    }
  }
}
