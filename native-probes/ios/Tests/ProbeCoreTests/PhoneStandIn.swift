import Foundation

@testable import ProbeCore

/// A phone that does what a test tells it: the only stand-in for Apple's frameworks.
final class PhoneStandIn: KeyStore, AppAttestService, RequestSender, OwnerStore, @unchecked Sendable
{
  /// A point that is no secret of anybody; the vectors' own key.
  var spki: [UInt8] = []
  var signatureBytes: [UInt8] = [0x30, 0x00]
  /// Failures of the next tries, by level.
  var failures: [KeyLevel: [PlatformError]] = [:]
  var signFailure: PlatformError?
  var attestFailure: PlatformError?
  var outcome = SendOutcome.answered(status: 204, headers: [], body: [])
  var fetched: [String: [UInt8]] = [:]
  private(set) var sent: [OutgoingRequest] = []
  private(set) var signed: [[UInt8]] = []
  private(set) var pauses: [UInt64] = []
  private(set) var owner: [UInt8]?
  private var stored: [String: KeyLevel] = [:]
  private var chains: [String: [[UInt8]]] = [:]
  private var ticks = 0.0
  /// Waits before a signature is made, until the test lets it go on.
  var gate: (@Sendable () async -> Void)?

  let levels: [KeyLevel] = [.secureEnclave, .software]
  let isSupported = true

  var platform: Platform {
    Platform(
      keys: self, appAttest: self, network: self,
      facts: {
        PhoneFacts(
          model: "iPhone0,0", osVersion: "18.0", features: ["secure-enclave"], rootHints: [],
          passcodeSet: true, bundleID: "org.attestlab.probe", version: "1.0.0", build: "1",
          teamID: "ABCDE12345")
      },
      sha256: SoftwareSHA256.digest, nowMs: { self.tick() }, timeMs: { 1_767_225_600_000 },
      pause: { self.pauses.append($0) })
  }

  func generate(
    alias: String, algorithm: KeyAlgorithm, level: KeyLevel
  ) async throws -> MadeKey {
    if let failure = failures[level]?.first {
      failures[level]?.removeFirst()
      throw failure
    }
    stored[alias] = level
    chains[alias] = nil
    return MadeKey(level: level, spki: spki)
  }

  func publicKey(alias: String) throws -> [UInt8]? { stored[alias] == nil ? nil : spki }

  func sign(alias: String, data: [UInt8]) async throws -> [UInt8] {
    await gate?()
    if let signFailure { throw signFailure }
    signed.append(data)
    return signatureBytes
  }

  func exportPrivate(alias: String) throws -> [UInt8] {
    guard stored[alias] == .software else {
      throw PlatformError(
        domain: "NSOSStatusErrorDomain", code: -4, status: -4, message: "no", isTransient: false)
    }
    return [1, 2, 3]
  }

  func delete(alias: String) throws -> Bool {
    chains[alias] = nil
    return stored.removeValue(forKey: alias) != nil
  }

  func aliases() throws -> [String] { Array(stored.keys) }

  func install(chain: [[UInt8]], alias: String) throws { chains[alias] = chain }

  func chain(alias: String) throws -> [[UInt8]]? { chains[alias] }

  func generateKey() async throws -> [UInt8] { [UInt8](repeating: 7, count: 32) }

  func attest(keyID: [UInt8], clientDataHash: [UInt8]) async throws -> [UInt8] {
    if let attestFailure { throw attestFailure }
    return clientDataHash
  }

  func assert(keyID: [UInt8], clientDataHash: [UInt8]) async throws -> [UInt8] { clientDataHash }

  func send(_ request: OutgoingRequest) async -> SendOutcome {
    sent.append(request)
    return outcome
  }

  func fetch(_ url: String, limit: Int) async -> [UInt8]? { fetched[url] }

  func ownerDigest() throws -> [UInt8]? { owner }

  func setOwnerDigest(_ digest: [UInt8]) throws { owner = digest }

  private func tick() -> Double {
    ticks += 1
    return ticks
  }
}
