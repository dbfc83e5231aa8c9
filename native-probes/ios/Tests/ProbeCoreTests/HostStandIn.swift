import Foundation
import XCTest

@testable import ProbeCore

/// A host with a probe of its own: opens links, and reads the answers from the screen.
final class HostStandIn: @unchecked Sendable {
  let secret: String
  let phone = PhoneStandIn()
  let screens = Screens()
  let session: ProbeSession
  private var count: UInt8 = 0

  init(secret: String = Base64URL.encode([UInt8](repeating: 1, count: 32))) {
    self.secret = secret
    session = ProbeSession(
      platform: phone.platform, owner: phone, onScreen: { [screens] in screens.add($0) })
  }

  func claim() async throws -> [String: JSONValue] {
    try await ask("hello", ["minVersion": .number(1), "maxVersion": .number(1)])
  }

  func ask(
    _ command: String, _ args: [String: JSONValue] = [:], secret: String? = nil
  ) async throws -> [String: JSONValue] {
    try await answer(to: link(command, args, secret: secret ?? self.secret))
  }

  func answer(to link: String) async throws -> [String: JSONValue] {
    await session.open(link: link)
    let pages = try XCTUnwrap(screens.all.last).pages
    let text = pages.map { $0.split(separator: " ").last.map(String.init) ?? "" }.joined()
    let bytes = try XCTUnwrap(Base64URL.decode(text))
    return try XCTUnwrap(JSONValue.parse(bytes)).object()
  }

  func answer(toJSON json: String) async throws -> [String: JSONValue] {
    try await answer(to: Limits.deepLinkPrefix + "?r=" + Base64URL.encode(Array(json.utf8)))
  }

  func code(_ answer: [String: JSONValue]) throws -> String {
    try answer.of("error").object().of("code").text()
  }

  func link(_ command: String, _ args: [String: JSONValue], secret: String) -> String {
    let json = request(command, args, secret: secret, id: nextID())
    return Limits.deepLinkPrefix + "?r=" + Base64URL.encode(Array(json.utf8))
  }

  func request(
    _ command: String, _ args: [String: JSONValue], secret: String, id: String
  ) -> String {
    let value: JSONValue = [
      "v": .number(1), "id": .text(id), "secret": .text(secret), "command": .text(command),
      "args": .object(args),
    ]
    return String(decoding: (try? value.encoded()) ?? [], as: UTF8.self)
  }

  func nextID() -> String {
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
