/// Key types.
public enum KeyAlgorithm: String, Sendable {
  case ecP256 = "ec-p256"
  case rsa2048 = "rsa-2048"
}

/// What a key is for.
public enum KeyPurpose: String, Sendable {
  case tls
  case sign
}

/// Digests that a key may be used with; iOS does not tell them apart.
public enum KeyDigest: String, Sendable {
  case none
  case sha256
}

/// A key that the platform made.
public struct MadeKey: Sendable {
  /// Where the key lives, read back from the platform.
  public let level: KeyLevel
  /// SubjectPublicKeyInfo, DER.
  public let spki: [UInt8]

  public init(level: KeyLevel, spki: [UInt8]) {
    self.level = level
    self.spki = spki
  }
}

/// The platform's keys. What it refuses it throws as `PlatformError`.
public protocol KeyStore: Sendable {
  /// Rungs that the platform knows.
  var levels: [KeyLevel] { get }
  /// Makes a key, in place of one of that alias.
  func generate(alias: String, algorithm: KeyAlgorithm, level: KeyLevel) async throws -> MadeKey
  /// SubjectPublicKeyInfo; nil where there is no such key.
  func publicKey(alias: String) throws -> [UInt8]?
  /// Signs with SHA-256: ECDSA in DER, RSA in PKCS#1 v1.5.
  func sign(alias: String, data: [UInt8]) async throws -> [UInt8]
  /// The private key as PKCS#8.
  func exportPrivate(alias: String) throws -> [UInt8]
  /// Whether there was such a key; its certificate goes with it.
  func delete(alias: String) throws -> Bool
  func aliases() throws -> [String]
  /// Keeps a chain, leaf first, for a key.
  func install(chain: [[UInt8]], alias: String) throws
  /// The chain that was kept; nil where there is none.
  func chain(alias: String) throws -> [[UInt8]]?
}

/// The App Attest service.
public protocol AppAttestService: Sendable {
  var isSupported: Bool { get }
  /// The id: SHA-256 of the key's point.
  func generateKey() async throws -> [UInt8]
  func attest(keyID: [UInt8], clientDataHash: [UInt8]) async throws -> [UInt8]
  func assert(keyID: [UInt8], clientDataHash: [UInt8]) async throws -> [UInt8]
}

/// An HTTPS request to send on a connection of its own.
public struct OutgoingRequest: Sendable {
  public let url: String
  public let method: String
  public let headers: [(name: String, value: String)]
  public let body: [UInt8]
  /// Key whose installed certificate authenticates the client.
  public let clientAlias: String?
  /// DER of the only anchors that the server's chain may end in.
  public let anchors: [[UInt8]]
  public let pins: Pins?
}

/// How far a failed request came.
public enum SendPhase: String, Sendable {
  case resolve
  case connect
  case handshake
  case pin
  case application
}

/// What became of a request.
public enum SendOutcome: Sendable {
  case answered(status: Int, headers: [(name: String, value: String)], body: [UInt8])
  case failed(phase: SendPhase, error: String)
}

/// The network.
public protocol RequestSender: Sendable {
  func send(_ request: OutgoingRequest) async -> SendOutcome
  /// Reads a one-time URL once, without redirects, cookies or credentials; nil where it fails.
  func fetch(_ url: String, limit: Int) async -> [UInt8]?
}

/// What the phone and the app are.
public struct PhoneFacts: Sendable {
  public let model: String
  public let osVersion: String
  public let features: [String]
  public let rootHints: [String]
  public let passcodeSet: Bool?
  public let bundleID: String
  public let version: String
  public let build: String
  public let teamID: String?

  public init(
    model: String, osVersion: String, features: [String], rootHints: [String], passcodeSet: Bool?,
    bundleID: String, version: String, build: String, teamID: String?
  ) {
    self.model = model
    self.osVersion = osVersion
    self.features = features
    self.rootHints = rootHints
    self.passcodeSet = passcodeSet
    self.bundleID = bundleID
    self.version = version
    self.build = build
    self.teamID = teamID
  }
}

/// Everything that the core asks of a platform.
public struct Platform: Sendable {
  public let keys: any KeyStore
  public let appAttest: any AppAttestService
  public let network: any RequestSender
  public let facts: @Sendable () -> PhoneFacts
  public let sha256: SHA256Function
  /// The monotonic clock that durations are measured with.
  public let nowMs: @Sendable () -> Double
  /// The phone's own clock, ms since 1970.
  public let timeMs: @Sendable () -> UInt64
  public let pause: @Sendable (UInt64) async throws -> Void

  public init(
    keys: any KeyStore, appAttest: any AppAttestService, network: any RequestSender,
    facts: @escaping @Sendable () -> PhoneFacts, sha256: @escaping SHA256Function,
    nowMs: @escaping @Sendable () -> Double, timeMs: @escaping @Sendable () -> UInt64,
    pause: @escaping @Sendable (UInt64) async throws -> Void
  ) {
    self.keys = keys
    self.appAttest = appAttest
    self.network = network
    self.facts = facts
    self.sha256 = sha256
    self.nowMs = nowMs
    self.timeMs = timeMs
    self.pause = pause
  }
}
