import XCTest

@testable import ProbeCore

/// Requests that every probe refuses, as the protocol's vectors have them.
final class RefusalTests: XCTestCase {
  func testAllAreShownWithTheirCodeAndUnderTheirID() async throws {
    let vectors = try Vectors.all().of("refusals").object()
    let requests = try vectors.of("requests").list().map { try $0.object() }
      .filter { $0["platform"] != "android" }
    XCTAssertGreaterThan(requests.count, 70)
    let host = HostStandIn(secret: try vectors.of("secret").text())
    for vector in requests {
      let name = try vector.of("name").text()
      // An answer in between, or one that stays on the screen would pass for the next.
      let hello = try await host.claim()
      XCTAssertEqual(try hello.of("ok"), true, name)
      let answer = try await host.answer(toJSON: try vector.of("json").text())
      XCTAssertEqual(try answer.of("id"), try vector.of("id"), name)
      XCTAssertEqual(try host.code(answer), try vector.of("code").text(), name)
    }
    XCTAssertEqual(try host.phone.aliases(), [])
    XCTAssertEqual(host.phone.sent.count, 0)
  }
}
