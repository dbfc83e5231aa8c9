import XCTest

@testable import ProbeCore

/// What commands do with what the platform says.
final class CommandTests: XCTestCase {
  private var host = HostStandIn()
  private var phone: PhoneStandIn { host.phone }

  override func setUp() async throws {
    host = HostStandIn()
    phone.spki = try Vectors.all().of("keyId").object().of("spkiHex").hex()
    _ = try await host.claim()
  }

  func testCertificationRequestIsTheVectors() async throws {
    try await generate()
    let vector = try Vectors.all().of("csr").object()
    let whole = try vector.of("csrHex").hex()
    let nonce = Base64URL.encode(try vector.of("nonceHex").hex())
    let args: [String: JSONValue] = [
      "alias": "a", "commonName": try vector.of("commonName"), "nonce": .text(nonce),
    ]
    // A signature is another each time: the vector's own stands in for the key.
    let part = CertificateRequest(
      commonName: try vector.of("commonName").text(), spki: phone.spki,
      nonce: try vector.of("nonceHex").hex()
    ).signedPart()
    phone.signatureBytes = Array(whole.dropFirst(4 + part.count + 12 + 3))
    let result = try await host.ask("key.csr", args).of("result").object()
    XCTAssertEqual(try result.of("csr").text(), Base64URL.encode(whole))
    XCTAssertEqual(phone.signed, [part])
    phone.spki = SubjectPublicKeyInfo.rsa(pkcs1: [1, 2, 3])
    let rsa = try await host.ask("key.csr", args)
    XCTAssertEqual(try host.code(rsa), "unsupported")
  }

  func testALockedPhoneSaysSoAndItsKeyIsLeftAlone() async throws {
    try await generate()
    phone.signFailure = PlatformError(
      domain: "NSOSStatusErrorDomain", code: -25308, status: -25308, message: "locked",
      isTransient: true)
    let locked = try await host.ask("key.sign", ["alias": "a", "data": ""])
    XCTAssertEqual(
      try locked.of("error"),
      [
        "code": "key_use_failed", "message": "locked", "exception": "NSOSStatusErrorDomain",
        "publicCode": .number(-25308), "rawCode": .number(-25308), "transient": true,
      ])
    XCTAssertEqual(try phone.aliases(), ["a"])
  }

  func testARevokedEntitlementLeavesNoKey() async throws {
    let missing = PlatformError(
      domain: "NSOSStatusErrorDomain", code: -34018, status: -34018, message: "entitlement",
      isTransient: false)
    phone.failures = [.secureEnclave: [missing]]
    let refused = try await host.ask("key.generate", generation)
    XCTAssertEqual(try host.code(refused), "key_generation_failed")
    let attempt = try XCTUnwrap(refused.of("error").object().of("attempts").list().first).object()
    XCTAssertEqual(try attempt.of("rawCode"), .number(-34018))
    let reset = try await host.ask("reset").of("result").object()
    XCTAssertEqual(try reset.of("deletedAliases"), .list([]))
  }

  func testOneKeyIsDeletedAndAnotherIsNot() async throws {
    try await generate()
    let once = try await host.ask("key.delete", ["alias": "a"]).of("result")
    XCTAssertEqual(once, ["deleted": true])
    let twice = try await host.ask("key.delete", ["alias": "a"]).of("result")
    XCTAssertEqual(twice, ["deleted": false])
  }

  func testACertificateIsInstalledForItsOwnKeyAlone() async throws {
    try await generate()
    let other = certificate(spki: try XCTUnwrap(SubjectPublicKeyInfo.p256(point: otherPoint)))
    let mismatch = try await install([other])
    XCTAssertEqual(try host.code(mismatch), "certificate_mismatch")
    let installed = try await install([certificate(spki: phone.spki), other])
    XCTAssertEqual(try installed.of("result"), .object([:]))
    XCTAssertEqual(try phone.chain(alias: "a")?.count, 2)
  }

  func testARequestIsSentWithWhatTheHostNames() async throws {
    try await generate()
    var args = sending
    args["clientAlias"] = "a"
    let without = try await host.ask("request.send", args)
    XCTAssertEqual(try host.code(without), "certificate_mismatch")
    _ = try await install([certificate(spki: phone.spki)])
    args["pins"] = .list(["sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="])
    phone.outcome = .answered(status: 200, headers: [(name: "a", value: "b")], body: [1, 2])
    let answered = try await host.ask("request.send", args).of("result").object()
    XCTAssertEqual(try answered.of("outcome"), "answered")
    XCTAssertEqual(try answered.of("body"), "AQI")
    XCTAssertEqual(try answered.of("headers"), .list([.list(["a", "b"])]))
    let sent = try XCTUnwrap(phone.sent.last)
    XCTAssertEqual(sent.clientAlias, "a")
    XCTAssertEqual(sent.anchors, [certificate(spki: phone.spki)])
    XCTAssertNotNil(sent.pins)
  }

  func testAPhoneWithoutNetworkSaysHowFarItCame() async throws {
    phone.outcome = .failed(phase: .connect, error: "NSURLErrorDomain -1009")
    let failed = try await host.ask("request.send", sending).of("result").object()
    XCTAssertEqual(try failed.of("outcome"), "failed")
    XCTAssertEqual(try failed.of("phase"), "connect")
    XCTAssertEqual(try failed.of("error"), "NSURLErrorDomain -1009")
  }

  func testAnAnchorThatIsNoCertificateIsRefused() async throws {
    var args = sending
    args["anchors"] = .list(["AAAA"])
    let refused = try await host.ask("request.send", args)
    XCTAssertEqual(try host.code(refused), "invalid_args")
    XCTAssertTrue(phone.sent.isEmpty)
  }

  func testAppAttestIsAskedVerbatim() async throws {
    let made = try await host.ask("appattest.generate").of("result").object()
    let key = Base64URL.encode([UInt8](repeating: 7, count: 32))
    XCTAssertEqual(try made.of("keyId"), .text(key))
    let args: [String: JSONValue] = ["keyId": .text(key), "clientDataHash": "AQID"]
    let attested = try await host.ask("appattest.attest", args).of("result")
    XCTAssertEqual(attested, ["attestationObject": "AQID"])
    let asserted = try await host.ask("appattest.assert", args).of("result")
    XCTAssertEqual(asserted, ["assertion": "AQID"])
  }

  func testALongAnswerHasPagesThatAddUp() async throws {
    phone.outcome = .answered(status: 200, headers: [], body: [UInt8](repeating: 1, count: 9000))
    let answered = try await host.ask("request.send", sending).of("result").object()
    XCTAssertEqual(Base64URL.decode(try answered.of("body").text())?.count, 9000)
    let last = try XCTUnwrap(host.screens.all.last)
    XCTAssertGreaterThan(last.pages.count, 2)
    for number in 2...last.pages.count {
      await host.session.turnPage()
      XCTAssertEqual(host.screens.all.last?.page, last.pages[number - 1])
    }
    await host.session.turnPage()
    XCTAssertEqual(host.screens.all.last?.page, last.pages.last)
  }

  func testAnAnswerThatIsTooLargeIsAnError() async throws {
    let body = [UInt8](repeating: 1, count: Limits.answerBytes)
    phone.outcome = .answered(status: 200, headers: [], body: body)
    let refused = try await host.ask("request.send", sending)
    XCTAssertEqual(try host.code(refused), "answer_too_large")
  }

  private let otherPoint: [UInt8] = [4] + [UInt8](repeating: 9, count: 64)

  private let generation: [String: JSONValue] = [
    "alias": "a", "purpose": "sign", "algorithm": "ec-p256", "ladder": .list(["secure-enclave"]),
    "digests": .list(["sha256"]),
  ]

  private var sending: [String: JSONValue] {
    [
      "url": "https://rp.example/", "method": "GET", "headers": .list([]), "body": "",
      "anchors": .list([.bytes(certificate(spki: phone.spki))]),
    ]
  }

  private func generate() async throws {
    let made = try await host.ask("key.generate", generation)
    XCTAssertEqual(try made.of("ok"), true)
  }

  private func install(_ chain: [[UInt8]]) async throws -> [String: JSONValue] {
    try await host.ask(
      "certificate.install", ["alias": "a", "chain": .list(chain.map(JSONValue.bytes))])
  }
}
