import XCTest

@testable import ProbeCore

final class KeyLadderTests: XCTestCase {
  private let lasting = PlatformError(
    domain: "NSOSStatusErrorDomain", code: -50, status: -50, message: "param", isTransient: false)
  private let passing = PlatformError(
    domain: "NSOSStatusErrorDomain", code: -25308, status: -25308, message: "locked",
    isTransient: true)

  func testLastingFailureLeadsToTheNextRung() async throws {
    let (level, attempts, pauses) = try await climb([.secureEnclave: [lasting]])
    XCTAssertEqual(level, .software)
    XCTAssertEqual(attempts.map(\.level), [.secureEnclave, .software])
    XCTAssertEqual(attempts.map(\.failure), [lasting, nil])
    XCTAssertEqual(pauses, [])
  }

  func testPassingFailureIsTriedAgainAtTheSameRung() async throws {
    let (level, attempts, pauses) = try await climb([.secureEnclave: [passing, passing]])
    XCTAssertEqual(level, .secureEnclave)
    XCTAssertEqual(attempts.map(\.level), [.secureEnclave, .secureEnclave, .secureEnclave])
    XCTAssertEqual(pauses, [250, 500])
  }

  func testPassingFailureNeverEndsInALowerRung() async throws {
    do {
      _ = try await climb([.secureEnclave: Array(repeating: passing, count: 9)])
      XCTFail("a key was made")
    } catch let failure as ProbeFailure {
      XCTAssertEqual(failure.code, .keyGenerationFailed)
      XCTAssertEqual(failure.attempts.count, 4)
      XCTAssertTrue(failure.attempts.allSatisfy { $0.level == .secureEnclave })
    }
  }

  func testEachAttemptSaysWhatThePlatformSaid() async throws {
    let (_, attempts, _) = try await climb([.secureEnclave: [lasting]])
    XCTAssertEqual(
      attempts.first?.json,
      [
        "level": "secure-enclave", "ok": false, "ms": .number(1), "message": "param",
        "exception": "NSOSStatusErrorDomain", "publicCode": .number(-50),
        "rawCode": .number(-50), "transient": false,
      ])
  }

  private func climb(
    _ failures: [KeyLevel: [PlatformError]]
  ) async throws -> (KeyLevel, [KeyAttempt], [UInt64]) {
    let phone = PhoneStandIn()
    phone.failures = failures
    let ladder = KeyLadder(nowMs: phone.platform.nowMs, pause: phone.platform.pause)
    let (key, attempts) = try await ladder.climb([.secureEnclave, .software]) { level in
      try await phone.generate(alias: "a", algorithm: .ecP256, level: level)
    }
    return (key.level, attempts, phone.pauses)
  }
}
