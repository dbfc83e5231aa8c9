@_exported import Combine
@_exported import Foundation

// What the app names of SwiftUI.

@MainActor @preconcurrency
public protocol View {
  associatedtype Body: View
  @ViewBuilder var body: Body { get }
}

extension Never: View {
  public var body: Never { return fatalError() }
}

@resultBuilder
public struct ViewBuilder {
  public static func buildBlock<Content: View>(_ content: Content) -> Content { fatalError() }
  public static func buildBlock<First: View, Second: View, Third: View>(
    _ first: First, _ second: Second, _ third: Third
  ) -> TupleView<(First, Second, Third)> { fatalError() }
}

@resultBuilder
public struct SceneBuilder {
  public static func buildBlock<Content: Scene>(_ content: Content) -> Content { fatalError() }
}

public struct TupleView<Content>: View {
  public var body: Never { return fatalError() }
}

@MainActor @preconcurrency
public protocol Scene {
  associatedtype Body: Scene
  @SceneBuilder var body: Body { get }
}

extension Never: Scene {}

@MainActor @preconcurrency
public protocol App {
  associatedtype Body: Scene
  @SceneBuilder var body: Body { get }
  init()
}

extension App {
  public static func main() { fatalError() }
}

public struct WindowGroup<Content: View>: Scene {
  public init(@ViewBuilder content: () -> Content) { fatalError() }
  public var body: Never { return fatalError() }
}

public enum HorizontalAlignment {
  case leading
}

public struct VStack<Content: View>: View {
  public init(
    alignment: HorizontalAlignment, spacing: CGFloat?, @ViewBuilder content: () -> Content
  ) { fatalError() }
  public var body: Never { return fatalError() }
}

public struct ScrollView<Content: View>: View {
  public init(@ViewBuilder content: () -> Content) { fatalError() }
  public var body: Never { return fatalError() }
}

public struct Text: View {
  public init(verbatim content: String) { fatalError() }
  public var body: Never { return fatalError() }
}

public struct Button: View {
  public init(_ title: String, action: @escaping @MainActor () -> Void) { fatalError() }
  public var body: Never { return fatalError() }
}

public struct Font {
  public enum TextStyle {
    case footnote
  }
  public enum Design {
    case monospaced
  }
  public static func system(_ style: TextStyle, design: Design?) -> Font { fatalError() }
}

extension View {
  public func accessibilityIdentifier(_ identifier: String) -> some View { self }
  public func font(_ font: Font?) -> some View { self }
  public func padding() -> some View { self }
  public func onOpenURL(perform action: @escaping (URL) -> Void) -> some View { self }
}

@MainActor @preconcurrency @propertyWrapper
public struct StateObject<Object: ObservableObject> {
  public nonisolated init(wrappedValue thunk: @autoclosure @escaping () -> Object) { fatalError() }
  public var wrappedValue: Object { fatalError() }
}

@MainActor @preconcurrency @propertyWrapper
public struct ObservedObject<Object: ObservableObject> {
  public init(wrappedValue: Object) { fatalError() }
  public var wrappedValue: Object { fatalError() }
}
