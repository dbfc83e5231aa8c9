import XCTest

@testable import ProbeCore

/// Every format that the probe builds or reads, held against the vectors of the protocol.
final class FormatVectorTests: XCTestCase {
  func testSHA256StandInIsSHA256() {
    // FIPS 180-4: "abc", and a message of two blocks.
    XCTAssertEqual(
      Hex.encode(SoftwareSHA256.digest(Array("abc".utf8))),
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    let long = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
    XCTAssertEqual(
      Hex.encode(SoftwareSHA256.digest(Array(long.utf8))),
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
  }

  func testFilesAreThoseThatWerePublished() throws {
    let sums = try Vectors.sums()
    XCTAssertGreaterThan(sums.count, 20)
    for (name, digest) in sums {
      XCTAssertEqual(Hex.encode(SoftwareSHA256.digest(try Vectors.bytes(of: name))), digest, name)
    }
  }

  func testKeyID() throws {
    let vector = try Vectors.all().of("keyId").object()
    let id = SubjectPublicKeyInfo.keyID(
      try vector.of("spkiHex").hex(), sha256: SoftwareSHA256.digest)
    XCTAssertEqual(id, try vector.of("keyId").text())
  }

  func testPointBecomesTheSameKey() throws {
    let spki = try Vectors.all().of("keyId").object().of("spkiHex").hex()
    XCTAssertEqual(SubjectPublicKeyInfo.p256(point: Array(spki.suffix(65))), spki)
    XCTAssertNil(SubjectPublicKeyInfo.p256(point: Array(spki.suffix(64))))
  }

  func testCertificateRequest() throws {
    let vector = try Vectors.all().of("csr").object()
    let whole = try vector.of("csrHex").hex()
    let request = CertificateRequest(
      commonName: try vector.of("commonName").text(), spki: try vector.of("spkiHex").hex(),
      nonce: try vector.of("nonceHex").hex())
    let part = request.signedPart()
    // A signature is another each time: the vector's own stands in for the key.
    let afterPart = Array(whole.dropFirst(4 + part.count))
    let signature = Array(afterPart.dropFirst(12 + 3))
    XCTAssertEqual(request.signed { _ in signature }, whole)
  }

  func testBindings() throws {
    for vector in try Vectors.all().of("binding").list().map({ try $0.object() }) {
      let csr = try vector.of("csrHex")
      let hash = EnrolmentBinding.clientDataHash(
        rpID: try vector.of("rpId").text(), purpose: try vector.of("purpose").text(),
        nonce: try vector.of("nonceHex").hex(), request: csr == .null ? nil : try csr.hex(),
        sha256: SoftwareSHA256.digest)
      let name = try vector.of("name").text()
      XCTAssertEqual(hash, try vector.of("hHex").hex(), name)
      XCTAssertEqual(hash.map(Base64URL.encode), try vector.of("hBase64url").text(), name)
    }
  }

  func testProfileS() throws {
    for vector in try Vectors.all().of("profileS").list().map({ try $0.object() }) {
      let name = try vector.of("name").text()
      let request = ProfileS(try requestOf(vector))
      let string = request.canonicalString(sha256: SoftwareSHA256.digest)
      XCTAssertEqual(string, try vector.of("string").text(), name)
    }
  }

  func testProfileR() throws {
    let vectors = try Vectors.all().of("profileR").list().map { try $0.object() }
    XCTAssertGreaterThan(vectors.count, 5)
    for vector in vectors {
      let name = try vector.of("name").text()
      let profile = ProfileR(try requestOf(vector), sha256: SoftwareSHA256.digest)
      XCTAssertEqual(profile.signatureBase(), try vector.of("base").text(), name)
      let der = try XCTUnwrap(Base64URL.decode(try vector.of("der").text()), name)
      let pair = try XCTUnwrap(P256Pair.of(der: der), name)
      let isSame = JSONValue.headers(profile.headers(signature: pair)) == (try vector.of("headers"))
      XCTAssertEqual(.bool(isSame), try vector.of("valid"), name)
    }
  }

  func testWhatIsNoSignatureOnP256IsNotWrittenAsOne() throws {
    let zeros = [UInt8](repeating: 0, count: 31)
    let small: [UInt8] = [0x30, 6, 2, 1, 1, 2, 1, 2]
    XCTAssertEqual(P256Pair.of(der: small), zeros + [1] + zeros + [2])
    let long: [UInt8] = [0x30, 0x26, 2, 0x21, 1] + zeros + [0, 2, 1, 1]
    let wrong: [[UInt8]] = [
      [], [0x30], [0x30, 3, 2, 1, 1], small + [0], [0x30, 9, 2, 1, 1, 2, 1, 2, 2, 1, 3],
      [0x31, 6, 2, 1, 1, 2, 1, 2], [0x30, 6, 4, 1, 1, 2, 1, 2], [0x30, 6, 2, 1, 1, 2, 1, 0],
      [0x30, 6, 2, 1, 0xff, 2, 1, 2], long,
    ]
    for der in wrong { XCTAssertNil(P256Pair.of(der: der), "\(der)") }
  }

  func testNoProfileTakesLineFeeds() {
    for target in ["/a\nb", "/a\r\nb"] {
      let request = RequestToSign(
        method: "GET", authority: "a", target: target, keyID: "k", epoch: 1, counter: 1,
        timestampMs: 1, contentType: "", body: [])
      XCTAssertNil(ProfileS(request).canonicalString(sha256: SoftwareSHA256.digest))
      XCTAssertNil(ProfileR(request, sha256: SoftwareSHA256.digest).signatureBase())
    }
  }

  func testDeepLinks() throws {
    for vector in try Vectors.all().of("deepLinks").list().map({ try $0.object() }) {
      let link = DeepLink(try vector.of("link").text())
      switch try vector.of("kind").text() {
      case "inline": XCTAssertEqual(link, .inline(json: try vector.of("json").text()))
      case "url":
        XCTAssertEqual(
          link, .fetch(url: try vector.of("url").text(), id: try vector.of("id").text()))
      case "refused":
        let why = try vector.of("why").text()
        XCTAssertNil(link, why)
      default: XCTFail("an unknown kind of link")
      }
    }
  }

  func testPaging() throws {
    let vector = try Vectors.all().of("paging").object()
    let answer = Array(try vector.of("answerJson").text().utf8)
    let id = try XCTUnwrap(JSONValue.parse(answer)).object().of("id").text()
    let pages = Pages(id: id, answer: answer, sha256: SoftwareSHA256.digest)
    XCTAssertEqual(pages.state, try vector.of("state").text())
    XCTAssertEqual(pages.pages, try vector.of("pages").list().map { try $0.text() })
  }

  func testExamplesAreRequests() throws {
    let examples = try Vectors.examples()
    XCTAssertGreaterThan(examples.count, 10)
    for (name, example) in examples {
      let request = try example.of("request")
      let json = String(decoding: try request.encoded(), as: UTF8.self)
      XCTAssertEqual(
        try ProbeRequest(json: json).command, try request.object().of("command").text(), name)
    }
  }

  private func requestOf(_ vector: [String: JSONValue]) throws -> RequestToSign {
    RequestToSign(
      method: try vector.of("method").text(), authority: try vector.of("authority").text(),
      target: try vector.of("target").text(), keyID: try vector.of("keyId").text(),
      epoch: try u64(vector.of("epoch")), counter: try u64(vector.of("counter")),
      timestampMs: try u64(vector.of("timestampMs")),
      contentType: try vector.of("contentType").text(), body: try vector.of("bodyHex").hex())
  }

  private func u64(_ value: JSONValue) throws -> UInt64 {
    try XCTUnwrap(UInt64(try value.text()))
  }
}
