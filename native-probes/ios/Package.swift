// swift-tools-version: 5.9
import PackageDescription

// The part of the probe that needs no Apple framework; `swift test` runs on macOS and on Linux.
// The app around it is built from project.yml.
let strict: [SwiftSetting] = [.enableExperimentalFeature("StrictConcurrency")]
let package = Package(
  name: "ProbeCore",
  platforms: [.iOS(.v16), .macOS(.v13)],
  products: [
    .library(name: "ProbeCore", targets: ["ProbeCore"])
  ],
  targets: [
    .target(name: "ProbeCore", swiftSettings: strict),
    .testTarget(name: "ProbeCoreTests", dependencies: ["ProbeCore"], swiftSettings: strict),
  ]
)
