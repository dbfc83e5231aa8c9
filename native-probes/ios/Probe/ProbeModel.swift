import Combine
import Foundation
import ProbeCore

/// Holds the session, and the screen that it last said.
@MainActor
final class ProbeModel: ObservableObject {
  @Published private(set) var screen: Screen
  private let session: ProbeSession

  init() {
    let keys = KeychainKeyStore()
    let owner = DefaultsOwnerStore()
    // Keychain items outlive the app: what an earlier installation left is of nobody now.
    let isOwned = (try? owner.ownerDigest()) != nil
    if !isOwned { keys.deleteEverything() }
    let screens = AsyncStream<Screen>.makeStream()
    session = ProbeSession(
      platform: .device(keys: keys), owner: owner,
      onScreen: { screen in screens.continuation.yield(screen) })
    screen = .idle
    Task { [weak self] in
      // One stream, so that screens come in the order in which they were made.
      for await screen in screens.stream { self?.screen = screen }
    }
  }

  func open(link: String) {
    Task { await session.open(link: link) }
  }

  func turnPage() {
    Task { await session.turnPage() }
  }
}
