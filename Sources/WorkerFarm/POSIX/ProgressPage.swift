import CPosix
import Glibc

/// One word of memory shared by a worker and its coordinator: the id of the job that runs, 0 for none.
///
/// It makes blame exact. A worker that answers many small jobs with one write may die with answers
/// unwritten; the page still tells which job was running, so that only this one pays. It's also what
/// entitles a worker to hold answers back at all: without a page each is written before the next job.
///
/// The coordinator reads it only to pick one of the jobs that this very worker holds, so a worker
/// that scribbles on it can accuse nobody but its own jobs.
package final class ProgressPage: @unchecked Sendable {
  // Sendable because the address never changes, and the word there is only read and written as a whole.
  private let address: UnsafeMutableRawPointer

  /// The descriptor a worker finds it under.
  static let workerDescriptor: Int32 = 3
  static let byteCount = 4096

  /// Maps the page; the descriptor may be closed afterwards.
  package init(mapping descriptor: Int32) throws(SystemError) {
    let mapped = mmap(
      nil, Self.byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let mapped, mapped != MAP_FAILED else {
      throw SystemError(call: "mmap", code: errno)
    }
    address = mapped
  }

  deinit { munmap(address, Self.byteCount) }

  package var runningJob: UInt64 {
    get { farm_load_acquire(address) }
    set { farm_store_release(address, newValue) }
  }

  /// An empty page as anonymous memory, above the standard descriptors.
  package static func makeMemory() throws(SystemError) -> Descriptor {
    let memory = Descriptor(
      owning: try retryingInterrupts("memfd_create") { farm_memfd_create("farm-progress") })
    let moved = try memory.movedAway()
    let number = moved.number
    try retryingInterrupts("ftruncate") { ftruncate(number, off_t(byteCount)) }
    return moved
  }
}
