import Foundation

/// A JSON value. Enumerated, since Foundation's `Any` mixes up numbers and booleans on Linux.
public enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  /// Reads JSON in UTF-8; nil where it is none.
  public static func parse(_ bytes: [UInt8]) -> JSONValue? {
    try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))
  }

  /// The JSON in UTF-8, keys sorted, so that the same value is always the same bytes.
  public func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(self))
  }

  /// Whether objects and lists stand within each other no deeper than that.
  func nests(atMost depth: Int) -> Bool {
    switch self {
    case .null, .bool, .number, .text: return true
    case .list(let items): return depth > 0 && items.allSatisfy { $0.nests(atMost: depth - 1) }
    case .object(let fields):
      return depth > 0 && fields.values.allSatisfy { $0.nests(atMost: depth - 1) }
    }
  }

  /// A whole number that JSON holds exactly.
  public var whole: Int64? {
    guard case .number(let number) = self, number.rounded() == number else { return nil }
    return abs(number) <= 9_007_199_254_740_991 ? Int64(number) : nil
  }
}

extension JSONValue: Codable {
  public init(from decoder: Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  public func encode(to encoder: Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .number(let value):
      // A whole number is written without a fraction: `7`, not `7.0`.
      if let whole = self.whole {
        try container.encode(whole)
      } else {
        try container.encode(value)
      }
    case .text(let value): try container.encode(value)
    case .list(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
  public init(stringLiteral value: String) { self = .text(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}
