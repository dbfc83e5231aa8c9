import Foundation
import XCTest

@testable import ProbeCore

/// The protocol from outside: links in, screens out.
final class ProbeSessionTests: XCTestCase {
  private let secret = Base64URL.encode([UInt8](repeating: 1, count: 32))
  private let stranger = Base64URL.encode([UInt8](repeating: 2, count: 32))
  private var phone = PhoneStandIn()
  private var screens = Screens()
  private var session: ProbeSession?
  private var count: UInt8 = 0

  override func setUpWithError() throws {
    phone = PhoneStandIn()
    phone.spki = try Vectors.all().of("keyId").object().of("spkiHex").hex()
    screens = Screens()
    let screens = self.screens
    session = ProbeSession(
      platform: phone.platform, owner: phone, onScreen: { screens.add($0) })
    count = 0
  }

  func testFirstHelloClaimsTheProbe() async throws {
    let early = try await ask("facts")
    XCTAssertEqual(try code(early), "secret_missing")
    let hello = try await ask("hello", ["minVersion": .number(1), "maxVersion": .number(3)])
    XCTAssertEqual(try hello.of("result").object().of("version"), .number(1))
    let other = try await ask("facts", secret: stranger)
    XCTAssertEqual(try code(other), "secret_mismatch")
    let facts = try await ask("facts").of("result").object()
    XCTAssertEqual(try facts.of("platform"), "ios")
    XCTAssertEqual(try facts.of("virtual"), false)
  }

  func testBadRequestsAreAnsweredWithACode() async throws {
    try await claim()
    let hello = try await ask("hello", ["minVersion": .number(2), "maxVersion": .number(9)])
    XCTAssertEqual(try code(hello), "version_unsupported")
    let unknown = try await ask("key.steal")
    XCTAssertEqual(try code(unknown), "unknown_command")
    let more = try await ask("facts", ["more": true])
    XCTAssertEqual(try code(more), "invalid_args")
    let alias = try await ask("key.sign", ["alias": "a b", "data": ""])
    XCTAssertEqual(try code(alias), "invalid_args")
    let missing = try await ask("key.sign", ["alias": "a", "data": ""])
    XCTAssertEqual(try code(missing), "key_not_found")
    let play = try await ask("playintegrity.request", ["kind": "classic", "nonce": "a"])
    XCTAssertEqual(try code(play), "unsupported")
    let link = Limits.deepLinkPrefix + "?r=" + Base64URL.encode(Array("{}".utf8))
    let none = try await answer(to: link)
    XCTAssertEqual(try none.of("id").text(), RequestID.none)
    XCTAssertEqual(try code(none), "malformed_request")
  }

  func testKeysFromGenerationToReset() async throws {
    try await claim()
    let made = try await ask("key.generate", generation(["secure-enclave"])).of("result").object()
    XCTAssertEqual(try made.of("level"), "secure-enclave")
    XCTAssertEqual(try made.of("spki").text(), Base64URL.encode(phone.spki))
    let export = try await ask("key.export", ["alias": "a"])
    XCTAssertEqual(try code(export), "key_not_exportable")
    XCTAssertEqual(try export.of("error").object().of("rawCode"), .number(-4))
    let foreign = try await ask("key.generate", generation(["strongbox"]))
    XCTAssertEqual(try code(foreign), "unsupported")
    let reset = try await ask("reset").of("result").object()
    XCTAssertEqual(try reset.of("deletedAliases"), .list(["a"]))
    XCTAssertEqual(try phone.aliases(), [])
  }

  func testRequestSignedWithProfileRIsOverTheVectorsBase() async throws {
    try await claim()
    _ = try await ask("key.generate", generation(["software"]))
    let vector = try XCTUnwrap(try Vectors.all().of("profileR").list().first).object()
    phone.signatureBytes = try XCTUnwrap(Base64URL.decode(try vector.of("der").text()))
    var args = try signing(vector)
    args["profile"] = "r"
    let result = try await ask("request.sign", args).of("result").object()
    XCTAssertEqual(try result.of("headers"), try vector.of("headers"))
    XCTAssertEqual(
      phone.signed.last.map { String(decoding: $0, as: UTF8.self) }, try vector.of("base").text())
    phone.signatureBytes = [0x30, 0x00]
    let spoilt = try await ask("request.sign", args)
    XCTAssertEqual(try code(spoilt), "internal")
    args["profile"] = "t"
    let unknown = try await ask("request.sign", args)
    XCTAssertEqual(try code(unknown), "invalid_args")
  }

  func testSignedRequestIsOverTheVectorsString() async throws {
    try await claim()
    _ = try await ask("key.generate", generation(["software"]))
    let vector = try XCTUnwrap(try Vectors.all().of("profileS").list().first).object()
    _ = try await ask("request.sign", try signing(vector))
    XCTAssertEqual(
      phone.signed.last.map { String(decoding: $0, as: UTF8.self) },
      try vector.of("string").text())
  }

  private func signing(_ vector: [String: JSONValue]) throws -> [String: JSONValue] {
    [
      "alias": "a", "method": try vector.of("method"), "authority": try vector.of("authority"),
      "target": try vector.of("target"), "contentType": try vector.of("contentType"),
      "body": .bytes(try vector.of("bodyHex").hex()), "epoch": try vector.of("epoch"),
      "counter": try vector.of("counter"),
    ]
  }

  func testErrorsOfAppAttestComeBackAsTheyWere() async throws {
    try await claim()
    phone.attestFailure = PlatformError(
      domain: "com.apple.devicecheck.error", code: 4, status: nil, message: "no server",
      isTransient: true)
    let key = Base64URL.encode([UInt8](repeating: 7, count: 32))
    let failed = try await ask("appattest.attest", ["keyId": .text(key), "clientDataHash": "AAAA"])
    XCTAssertEqual(
      try failed.of("error"),
      [
        "code": "app_attest_failed", "message": "no server",
        "exception": "com.apple.devicecheck.error", "publicCode": .number(4), "transient": true,
      ])
  }

  func testARequestThatArrivesMeanwhileIsBusyAndTheOldAnswerIsDropped() async throws {
    try await claim()
    _ = try await ask("key.generate", generation(["software"]))
    let gate = Gate()
    phone.gate = { await gate.wait() }
    let session = try XCTUnwrap(session)
    let first = link("key.sign", ["alias": "a", "data": ""], secret: secret)
    let running = Task { await session.open(link: first) }
    await gate.reached()
    let strange = link("facts", [:], secret: stranger)
    let before = screens.all.count
    await session.open(link: strange)
    XCTAssertEqual(screens.all.count, before, "a stranger changed the screen")
    let second = try await ask("facts")
    XCTAssertEqual(try code(second), "busy")
    let shown = screens.all.count
    await gate.open()
    await running.value
    XCTAssertEqual(screens.all.count, shown, "the dropped answer was shown")
  }

  func testARequestIsDoneOnce() async throws {
    try await claim()
    let session = try XCTUnwrap(session)
    let once = link("facts", [:], secret: secret)
    await session.open(link: once)
    let shown = screens.all.count
    await session.open(link: once)
    XCTAssertEqual(screens.all.count, shown)
  }

  func testALongRequestIsFetched() async throws {
    try await claim()
    let url = "http://127.0.0.1:1/one-time"
    let id = nextID()
    let json = request("facts", [:], secret: secret, id: id)
    phone.fetched[url] = Array(json.utf8)
    let link = "\(Limits.deepLinkPrefix)?u=http%3A%2F%2F127.0.0.1%3A1%2Fone-time&i=\(id)"
    let fetched = try await answer(to: link)
    XCTAssertEqual(try fetched.of("ok"), true)
    let other = "\(Limits.deepLinkPrefix)?u=http%3A%2F%2F127.0.0.1%3A1%2Fone-time&i=\(nextID())"
    let swapped = try await answer(to: other)
    XCTAssertEqual(try code(swapped), "malformed_request")
    let gone = "\(Limits.deepLinkPrefix)?u=http%3A%2F%2F127.0.0.1%3A1%2Fgone&i=\(nextID())"
    let missing = try await answer(to: gone)
    XCTAssertEqual(try code(missing), "request_unreachable")
  }

  private func claim() async throws {
    _ = try await ask("hello", ["minVersion": .number(1), "maxVersion": .number(1)])
  }

  private func generation(_ ladder: [JSONValue]) -> [String: JSONValue] {
    [
      "alias": "a", "purpose": "sign", "algorithm": "ec-p256", "ladder": .list(ladder),
      "digests": .list(["sha256"]),
    ]
  }

  private func ask(
    _ command: String, _ args: [String: JSONValue] = [:], secret: String? = nil
  ) async throws -> [String: JSONValue] {
    try await answer(to: link(command, args, secret: secret ?? self.secret))
  }

  private func answer(to link: String) async throws -> [String: JSONValue] {
    await session?.open(link: link)
    let pages = try XCTUnwrap(screens.all.last).pages
    let text = pages.map { $0.split(separator: " ").last.map(String.init) ?? "" }.joined()
    let bytes = try XCTUnwrap(Base64URL.decode(text))
    return try XCTUnwrap(JSONValue.parse(bytes)).object()
  }

  private func code(_ answer: [String: JSONValue]) throws -> String {
    try answer.of("error").object().of("code").text()
  }

  private func link(_ command: String, _ args: [String: JSONValue], secret: String) -> String {
    let json = request(command, args, secret: secret, id: nextID())
    return Limits.deepLinkPrefix + "?r=" + Base64URL.encode(Array(json.utf8))
  }

  private func request(
    _ command: String, _ args: [String: JSONValue], secret: String, id: String
  ) -> String {
    let value: JSONValue = [
      "v": .number(1), "id": .text(id), "secret": .text(secret), "command": .text(command),
      "args": .object(args),
    ]
    return String(decoding: (try? value.encoded()) ?? [], as: UTF8.self)
  }

  private func nextID() -> String {
    count += 1
    return Base64URL.encode([UInt8](repeating: count, count: 16))
  }
}

/// Screens in the order in which they were shown.
final class Screens: @unchecked Sendable {
  private let lock = NSLock()
  private var shown: [Screen] = []

  var all: [Screen] { lock.withLock { shown } }

  func add(_ screen: Screen) { lock.withLock { shown.append(screen) } }
}

/// Holds a command until a test lets it go on.
actor Gate {
  private var isOpen = false
  private var isReached = false
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private var watching: [CheckedContinuation<Void, Never>] = []

  func wait() async {
    isReached = true
    for continuation in watching { continuation.resume() }
    watching = []
    if !isOpen { await withCheckedContinuation { waiting.append($0) } }
  }

  func reached() async {
    if !isReached { await withCheckedContinuation { watching.append($0) } }
  }

  func open() {
    isOpen = true
    for continuation in waiting { continuation.resume() }
    waiting = []
  }
}
