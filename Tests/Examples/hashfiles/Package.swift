// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "hashfiles",
  dependencies: [
    // Without traits: the pool needs none of the image libraries.
    .package(name: "farm", path: "../../..", traits: [])
  ],
  targets: [
    .executableTarget(
      name: "hashfiles", dependencies: [.product(name: "WorkerFarm", package: "farm")])
  ],
  swiftLanguageModes: [.v6])
