import Foundation
import XCTest

@testable import ProbeCore

/// The protocol from outside: links in, screens out.
final class ProbeSessionTests: XCTestCase {
  private let stranger = Base64URL.encode([UInt8](repeating: 2, count: 32))
  private var host = HostStandIn()
  private var phone: PhoneStandIn { host.phone }
  private var screens: Screens { host.screens }

  override func setUpWithError() throws {
    host = HostStandIn()
    phone.spki = try Vectors.all().of("keyId").object().of("spkiHex").hex()
  }

  func testFirstHelloClaimsTheProbe() async throws {
    let early = try await host.ask("facts")
    XCTAssertEqual(try host.code(early), "secret_missing")
    let hello = try await host.ask("hello", ["minVersion": .number(1), "maxVersion": .number(3)])
    XCTAssertEqual(try hello.of("result").object().of("version"), .number(1))
    let other = try await host.ask("facts", secret: stranger)
    XCTAssertEqual(try host.code(other), "secret_mismatch")
    let facts = try await host.ask("facts").of("result").object()
    XCTAssertEqual(try facts.of("platform"), "ios")
    XCTAssertEqual(try facts.of("virtual"), false)
  }

  func testBadRequestsAreAnsweredWithACode() async throws {
    _ = try await host.claim()
    let hello = try await host.ask("hello", ["minVersion": .number(2), "maxVersion": .number(9)])
    XCTAssertEqual(try host.code(hello), "version_unsupported")
    let unknown = try await host.ask("key.steal")
    XCTAssertEqual(try host.code(unknown), "unknown_command")
    let more = try await host.ask("facts", ["more": true])
    XCTAssertEqual(try host.code(more), "invalid_args")
    let alias = try await host.ask("key.sign", ["alias": "a b", "data": ""])
    XCTAssertEqual(try host.code(alias), "invalid_args")
    let missing = try await host.ask("key.sign", ["alias": "a", "data": ""])
    XCTAssertEqual(try host.code(missing), "key_not_found")
    let play = try await host.ask("playintegrity.request", ["kind": "classic", "nonce": "a"])
    XCTAssertEqual(try host.code(play), "unsupported")
    let link = Limits.deepLinkPrefix + "?r=" + Base64URL.encode(Array("{}".utf8))
    let none = try await host.answer(to: link)
    XCTAssertEqual(try none.of("id").text(), RequestID.none)
    XCTAssertEqual(try host.code(none), "malformed_request")
  }

  func testKeysFromGenerationToReset() async throws {
    _ = try await host.claim()
    let made = try await host.ask("key.generate", generation(["secure-enclave"])).of("result")
      .object()
    XCTAssertEqual(try made.of("level"), "secure-enclave")
    XCTAssertEqual(try made.of("spki").text(), Base64URL.encode(phone.spki))
    let export = try await host.ask("key.export", ["alias": "a"])
    XCTAssertEqual(try host.code(export), "key_not_exportable")
    XCTAssertEqual(try export.of("error").object().of("rawCode"), .number(-4))
    let foreign = try await host.ask("key.generate", generation(["strongbox"]))
    XCTAssertEqual(try host.code(foreign), "unsupported")
    let reset = try await host.ask("reset").of("result").object()
    XCTAssertEqual(try reset.of("deletedAliases"), .list(["a"]))
    XCTAssertEqual(try phone.aliases(), [])
  }

  func testRequestSignedWithProfileRIsOverTheVectorsBase() async throws {
    _ = try await host.claim()
    _ = try await host.ask("key.generate", generation(["software"]))
    let vector = try XCTUnwrap(try Vectors.all().of("profileR").list().first).object()
    phone.signatureBytes = try XCTUnwrap(Base64URL.decode(try vector.of("der").text()))
    var args = try signing(vector)
    args["profile"] = "r"
    let result = try await host.ask("request.sign", args).of("result").object()
    XCTAssertEqual(try result.of("headers"), try vector.of("headers"))
    XCTAssertEqual(
      phone.signed.last.map { String(decoding: $0, as: UTF8.self) }, try vector.of("base").text())
    phone.signatureBytes = [0x30, 0x00]
    let spoilt = try await host.ask("request.sign", args)
    XCTAssertEqual(try host.code(spoilt), "internal")
    args["profile"] = "t"
    let unknown = try await host.ask("request.sign", args)
    XCTAssertEqual(try host.code(unknown), "invalid_args")
  }

  func testSignedRequestIsOverTheVectorsString() async throws {
    _ = try await host.claim()
    _ = try await host.ask("key.generate", generation(["software"]))
    let vector = try XCTUnwrap(try Vectors.all().of("profileS").list().first).object()
    _ = try await host.ask("request.sign", try signing(vector))
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
    _ = try await host.claim()
    phone.attestFailure = PlatformError(
      domain: "com.apple.devicecheck.error", code: 4, status: nil, message: "no server",
      isTransient: true)
    let key = Base64URL.encode([UInt8](repeating: 7, count: 32))
    let failed = try await host.ask(
      "appattest.attest", ["keyId": .text(key), "clientDataHash": "AAAA"])
    XCTAssertEqual(
      try failed.of("error"),
      [
        "code": "app_attest_failed", "message": "no server",
        "exception": "com.apple.devicecheck.error", "publicCode": .number(4), "transient": true,
      ])
  }

  func testARequestThatArrivesMeanwhileIsBusyAndTheOldAnswerIsDropped() async throws {
    _ = try await host.claim()
    _ = try await host.ask("key.generate", generation(["software"]))
    let gate = Gate()
    phone.gate = { await gate.wait() }
    let first = host.link("key.sign", ["alias": "a", "data": ""], secret: host.secret)
    let session = host.session
    let running = Task { await session.open(link: first) }
    await gate.reached()
    let strange = host.link("facts", [:], secret: stranger)
    let before = screens.all.count
    await host.session.open(link: strange)
    XCTAssertEqual(screens.all.count, before, "a stranger changed the screen")
    let second = try await host.ask("facts")
    XCTAssertEqual(try host.code(second), "busy")
    let shown = screens.all.count
    await gate.open()
    await running.value
    XCTAssertEqual(screens.all.count, shown, "the dropped answer was shown")
  }

  func testARequestIsDoneOnce() async throws {
    _ = try await host.claim()
    let once = host.link("facts", [:], secret: host.secret)
    await host.session.open(link: once)
    let shown = screens.all.count
    await host.session.open(link: once)
    XCTAssertEqual(screens.all.count, shown)
  }

  func testALongRequestIsFetched() async throws {
    _ = try await host.claim()
    let url = "http://127.0.0.1:1/one-time"
    let id = host.nextID()
    let json = host.request("facts", [:], secret: host.secret, id: id)
    phone.fetched[url] = Array(json.utf8)
    let link = "\(Limits.deepLinkPrefix)?u=http%3A%2F%2F127.0.0.1%3A1%2Fone-time&i=\(id)"
    let fetched = try await host.answer(to: link)
    XCTAssertEqual(try fetched.of("ok"), true)
    let other =
      "\(Limits.deepLinkPrefix)?u=http%3A%2F%2F127.0.0.1%3A1%2Fone-time&i=\(host.nextID())"
    let swapped = try await host.answer(to: other)
    XCTAssertEqual(try host.code(swapped), "malformed_request")
    let gone = "\(Limits.deepLinkPrefix)?u=http%3A%2F%2F127.0.0.1%3A1%2Fgone&i=\(host.nextID())"
    let missing = try await host.answer(to: gone)
    XCTAssertEqual(try host.code(missing), "request_unreachable")
  }

  private func generation(_ ladder: [JSONValue]) -> [String: JSONValue] {
    [
      "alias": "a", "purpose": "sign", "algorithm": "ec-p256", "ladder": .list(ladder),
      "digests": .list(["sha256"]),
    ]
  }
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
