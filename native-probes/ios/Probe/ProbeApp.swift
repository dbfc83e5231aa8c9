import ProbeCore
import SwiftUI

/// The whole app: links in, three elements out.
@main
struct ProbeApp: App {
  @StateObject private var model = ProbeModel()

  var body: some Scene {
    WindowGroup {
      ProbeView(model: model)
        .onOpenURL { url in model.open(link: url.absoluteString) }
    }
  }
}
