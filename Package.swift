// swift-tools-version: 6.2
import PackageDescription

// A warning is an error in our own targets only: a dependency's warnings are its authors' business.
let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

// In release, too, what is tested is optimised, and not what tests it: that would take longer than the tests.
let testSettings = swiftSettings + [.unsafeFlags(["-Onone"], .when(configuration: .release))]
let cSettings: [CSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "farm",
  products: [
    .library(name: "WorkerFarm", targets: ["WorkerFarm"]),
    .library(name: "WorkerFarmMetrics", targets: ["WorkerFarmMetrics"]),
    .library(name: "WorkerFarmTesting", targets: ["WorkerFarmTesting"]),
    .library(name: "Thumbnails", targets: ["Thumbnails"]),
    .executable(name: "farm", targets: ["farm"]),
  ],
  traits: [
    .trait(name: "WebP", description: "Reads and writes WebP; needs libwebp"),
    .default(enabledTraits: ["WebP"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
  ],
  targets: [
    .target(name: "CPosix", cSettings: cSettings),
    .systemLibrary(
      name: "CLibJPEG", pkgConfig: "libjpeg",
      providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"]), .yum(["libjpeg-turbo-devel"])]),
    .systemLibrary(
      name: "CLibPNG", pkgConfig: "libpng",
      providers: [.apt(["libpng-dev"]), .brew(["libpng"]), .yum(["libpng-devel"])]),
    .systemLibrary(
      name: "CLibLCMS", pkgConfig: "lcms2",
      providers: [.apt(["liblcms2-dev"]), .brew(["little-cms2"]), .yum(["lcms2-devel"])]),
    .systemLibrary(
      name: "CLibZ", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .yum(["zlib-devel"])]),
    .systemLibrary(
      name: "CLibNettle", pkgConfig: "nettle",
      providers: [.apt(["nettle-dev"]), .brew(["nettle"]), .yum(["nettle-devel"])]),
    .systemLibrary(
      name: "CLibWebP", pkgConfig: "libwebp",
      providers: [.apt(["libwebp-dev"]), .brew(["webp"]), .yum(["libwebp-devel"])]),
    .target(
      name: "CImageCodecs",
      dependencies: [
        "CLibJPEG", "CLibLCMS", "CLibPNG",
        .target(name: "CLibWebP", condition: .when(traits: ["WebP"])), "CLibZ",
      ],
      cSettings: cSettings + [.define("CODEC_WITH_WEBP", .when(traits: ["WebP"]))]),
    .target(
      name: "WorkerFarm",
      dependencies: [
        "CPosix",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: swiftSettings),
    // Of its own, so that nobody builds swift-metrics who doesn't ask for it.
    .target(
      name: "WorkerFarmMetrics",
      dependencies: ["WorkerFarm", .product(name: "CoreMetrics", package: "swift-metrics")],
      swiftSettings: swiftSettings),
    .target(
      name: "WorkerFarmTesting", dependencies: ["CPosix", "WorkerFarm"],
      swiftSettings: swiftSettings),
    .target(
      name: "Thumbnails", dependencies: ["CImageCodecs", "CLibNettle", "CPosix", "WorkerFarm"],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "farm",
      dependencies: [
        "CPosix", "Thumbnails", "WorkerFarm",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "farm-bench",
      dependencies: [
        "CPictureFixtures", "Thumbnails", "WorkerFarm",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swiftSettings),
    .target(name: "CEscapes", path: "Tests/CEscapes", cSettings: cSettings),
    .target(
      name: "TestJobs", dependencies: ["CEscapes", "WorkerFarm"], path: "Tests/TestJobs",
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "test-worker",
      dependencies: ["CEscapes", "TestJobs", "WorkerFarm", "WorkerFarmTesting"],
      path: "Tests/test-worker",
      swiftSettings: swiftSettings),
    .testTarget(
      name: "WorkerFarmTests",
      dependencies: [
        "TestJobs", "WorkerFarm", "WorkerFarmMetrics", "WorkerFarmTesting", "test-worker",
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "MetricsTestKit", package: "swift-metrics"),
      ],
      swiftSettings: testSettings),
    .target(
      name: "CPictureFixtures",
      dependencies: ["CImageCodecs", "CLibJPEG", "CLibLCMS", "CLibPNG", "CLibZ"],
      path: "Tests/CPictureFixtures", cSettings: cSettings),
    .testTarget(
      name: "FarmCommandTests",
      dependencies: [
        "CPictureFixtures", "CPosix", "TestJobs", "Thumbnails", "farm", "test-worker",
      ],
      swiftSettings: testSettings),
    .testTarget(
      name: "ThumbnailsTests",
      dependencies: ["CImageCodecs", "CPictureFixtures", "Thumbnails", "WorkerFarm"],
      swiftSettings: testSettings),
  ],
  swiftLanguageModes: [.v6]
)

// The fuzzers, which need libFuzzer and compiler flags that a package may not set itself: scripts/fuzz gives them
// and asks for the target.
if Context.environment["FARM_FUZZ"] != nil {
  package.targets += [
    // libFuzzer is written in C++.
    .target(
      name: "CFuzz", path: "Tests/Fuzz/CFuzz", cSettings: cSettings,
      linkerSettings: [.linkedLibrary("stdc++")]),
    .executableTarget(
      name: "fuzz",
      dependencies: ["CFuzz", "CImageCodecs", "CPictureFixtures", "Thumbnails", "WorkerFarm"],
      path: "Tests/Fuzz/fuzz", swiftSettings: swiftSettings),
  ]
}
