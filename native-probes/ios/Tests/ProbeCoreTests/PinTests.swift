import XCTest

@testable import ProbeCore

final class PinTests: XCTestCase {
  private func key() throws -> [UInt8] {
    try Vectors.all().of("keyId").object().of("spkiHex").hex()
  }

  func testKeyOfACertificate() throws {
    let spki = try key()
    XCTAssertEqual(SubjectPublicKeyInfo.of(certificate: certificate(spki: spki)), spki)
    XCTAssertEqual(
      SubjectPublicKeyInfo.of(certificate: certificate(spki: spki, version: false)), spki)
  }

  func testNoCertificateIsEverReadPastItsEnd() throws {
    let whole = certificate(spki: try key())
    for length in 0..<whole.count {
      XCTAssertNil(SubjectPublicKeyInfo.of(certificate: Array(whole.prefix(length))))
    }
    for index in whole.indices {
      var changed = whole
      changed[index] = 0xff
      _ = SubjectPublicKeyInfo.of(certificate: changed)
    }
  }

  func testOneMatchInTheChainIsEnough() throws {
    let spki = try key()
    let pin = Pins.text(of: spki, sha256: SoftwareSHA256.digest)
    let other = "sha256/" + String(repeating: "A", count: 43) + "="
    let chain = [certificate(spki: DER.sequence()), certificate(spki: spki)]
    let match = { (pins: [String]) in
      Pins(pins)?.match(chain: chain, sha256: SoftwareSHA256.digest)
    }
    XCTAssertEqual(match([other, pin]), true)
    XCTAssertEqual(match([other]), false)
    XCTAssertEqual(Pins([pin])?.match(chain: [], sha256: SoftwareSHA256.digest), false)
  }

  func testWhatIsNoPinIsNotTaken() {
    let dashes = "sha256/" + String(repeating: "-", count: 43) + "="
    for text in ["", "sha1/AAAA", "sha256/AAAA=", dashes] {
      XCTAssertNil(Pins([text]), text)
    }
    XCTAssertNil(Pins([]))
  }
}

/// A certificate in its outline: what comes before the key, the key, and something after it.
func certificate(spki: [UInt8], version: Bool = true) -> [UInt8] {
  let empty = DER.sequence()
  let head = version ? DER.contextConstructed(0, DER.integer(2)) : []
  let tbs = DER.sequence(head, DER.integer(1), empty, empty, empty, empty, spki, empty)
  return DER.sequence(tbs, empty, DER.bitString([0]))
}
