import Glibc
import WorkerFarm

/// Paints one picture and writes its file.
struct PictureJob: Job, Codable {
  var recipe: PictureRecipe
  var directory: String

  func run() throws {
    let bytes = PictureEncoding.encoded(Painting(recipe), as: recipe)
    let path = "\(directory)/\(recipe.fileName)"
    guard let file = fopen(path, "wbe") else { throw FileError("can't write \(path)") }
    let written = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count else {
      throw FileError("can't write \(path)")
    }
  }
}
