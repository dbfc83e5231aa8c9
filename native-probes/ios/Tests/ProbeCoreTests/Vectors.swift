import Foundation
import XCTest

@testable import ProbeCore

/// The conformance vectors of `native-probes/protocol/`, which every probe reads.
enum Vectors {
  /// Named by `ATTESTLAB_PROTOCOL`; otherwise beside the folder in which `swift test` runs.
  private static var folder: URL {
    let named = ProcessInfo.processInfo.environment["ATTESTLAB_PROTOCOL"]
    let current = FileManager.default.currentDirectoryPath
    return URL(fileURLWithPath: named ?? "\(current)/../protocol").standardized
  }

  static func all() throws -> [String: JSONValue] {
    try read(folder.appendingPathComponent("vectors.json")).object()
  }

  /// Every example, by its name.
  static func examples() throws -> [(name: String, example: [String: JSONValue])] {
    let examples = folder.appendingPathComponent("examples")
    return try FileManager.default.contentsOfDirectory(atPath: examples.path).sorted()
      .map { ($0, try read(examples.appendingPathComponent($0)).object()) }
  }

  /// Digests of all these files, by their names.
  static func sums() throws -> [(name: String, digest: String)] {
    try String(decoding: bytes(of: "SHA256SUMS"), as: UTF8.self).split(separator: "\n")
      .map { line in
        let parts = line.split(separator: " ").map(String.init)
        return (name: try XCTUnwrap(parts.last), digest: try XCTUnwrap(parts.first))
      }
  }

  static func bytes(of name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  private static func read(_ file: URL) throws -> JSONValue {
    try XCTUnwrap(JSONValue.parse([UInt8](try Data(contentsOf: file))), file.path)
  }
}

extension JSONValue {
  func object() throws -> [String: JSONValue] {
    guard case .object(let fields) = self else { throw WrongVector(value: self) }
    return fields
  }

  func list() throws -> [JSONValue] {
    guard case .list(let list) = self else { throw WrongVector(value: self) }
    return list
  }

  func text() throws -> String {
    guard case .text(let text) = self else { throw WrongVector(value: self) }
    return text
  }

  /// The bytes of a text in hexadecimal.
  func hex() throws -> [UInt8] {
    let digits = Array(try text().utf8)
    return try stride(from: 0, to: digits.count, by: 2).map { at in
      let pair = String(decoding: digits[at..<min(at + 2, digits.count)], as: UTF8.self)
      guard pair.utf8.count == 2, let byte = UInt8(pair, radix: 16) else {
        throw WrongVector(value: self)
      }
      return byte
    }
  }
}

extension [String: JSONValue] {
  /// The value of a key that a vector must have.
  func of(_ key: String) throws -> JSONValue {
    guard let value = self[key] else { throw WrongVector(value: .text("no \(key)")) }
    return value
  }
}

/// A vector that is not as the test knows them.
struct WrongVector: Error {
  let value: JSONValue
}
