// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "server",
  dependencies: [
    // Without traits: the pool needs none of the image libraries.
    .package(name: "farm", path: "../../..", traits: []),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .executableTarget(
      name: "server",
      dependencies: [
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "WorkerFarm", package: "farm"),
      ]),
    .executableTarget(
      name: "squares", dependencies: [.product(name: "WorkerFarm", package: "farm")]),
  ],
  swiftLanguageModes: [.v6]
)
