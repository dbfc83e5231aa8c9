import ProbeCore
import SwiftUI

/// The three elements of the protocol. Their texts are what Appium reads, so nothing formats them.
struct ProbeView: View {
  @ObservedObject var model: ProbeModel

  var body: some View {
    VStack(alignment: .leading, spacing: 16) {
      Text(verbatim: model.screen.state)
        .accessibilityIdentifier(ElementID.state)
      Button("next") { model.turnPage() }
        .accessibilityIdentifier(ElementID.next)
      ScrollView {
        Text(verbatim: model.screen.page)
          .accessibilityIdentifier(ElementID.page)
      }
    }
    .font(.system(.footnote, design: .monospaced))
    .padding()
  }
}
