/** A file that appears under its name when it is complete, or not at all. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isAlive } from '../../data-folder.ts'
import { codeOf } from '../../errors.ts'
import type { Sink } from './columns.ts'
import { RequestError } from './request-error.ts'

let lastNumber = 0
/** A copy of the database has a temporary name of its own on its way to ours. */
const partialName = /\.crossbook-(\d+)-\d+\.partial(\.partial)?$/

/** Removes what exports of ended programs left half written in the folder. */
export function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(partialName.exec(name)?.[1])
    if (!Number.isInteger(pid) || (pid === process.pid ? isOfThisRun(join(folder, name)) : isAlive(pid))) continue
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(join(folder, `${name}${suffix}`), { force: true })
  }
}

/** Clocks of file systems lag a little. */
const lagMs = 1_000

/** Other threads write exports too, unseen from here; what is older than the program is of an earlier one that had the same id. */
function isOfThisRun(file: string): boolean {
  const startedAt = Date.now() - process.uptime() * 1_000
  return (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= startedAt - lagMs
}

/** Throws a RequestError where `file` cannot be begun: no folder, something there, or a file that must never be written over. */
export function assertWritable(file: string, overwrite: boolean, database: string): void {
  const folder = dirname(file)
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new RequestError(`${folder} is no folder: make it, or choose another`)
  }
  const there = lstatSync(file, { throwIfNoEntry: false })
  if (there === undefined) return
  if (there.isDirectory()) throw new RequestError(`${file} is a folder: name a file`)
  const real = existsSync(file) ? realpathSync(file) : file
  const own = realpathSync(database)
  if ([own, `${own}-wal`, `${own}-shm`].includes(real)) {
    throw new RequestError(`${file} is the database itself: choose another name`)
  }
  if (!(statSync(file, { throwIfNoEntry: false })?.isFile() ?? true)) {
    throw new RequestError(`${file} is no regular file: name one that a whole new file may replace`)
  }
  if (!overwrite) throw new RequestError(`${file} is there already: remove it, choose another name, or overwrite it`)
}

export class PartialFile implements Sink {
  readonly file: string
  /** Where it is written meanwhile. */
  readonly temporary: string
  bytes = 0
  private descriptor: number | null

  /** `named only`: something else makes the file under the temporary name. Throws the file system's error. */
  constructor(file: string, begin: 'opened' | 'named only' = 'opened') {
    this.file = file
    const name = basename(file)
    this.temporary = join(dirname(file), `${name}.crossbook-${process.pid}-${++lastNumber}.partial`)
    this.descriptor = begin === 'opened' ? openSync(this.temporary, 'wx') : null
  }

  write(bytes: Uint8Array): void {
    if (this.descriptor === null) throw new Error('the file is closed')
    writeWhole(this.descriptor, bytes)
    this.bytes += bytes.length
  }

  /** Safe on the disk, still under its temporary name. */
  settle(): void {
    if (this.descriptor === null) return
    fsyncSync(this.descriptor)
    closeSync(this.descriptor)
    this.descriptor = null
  }

  /** Gives it its name. Throws a RequestError where something has taken that meanwhile. */
  publish(overwrite: boolean): void {
    this.settle()
    if (overwrite) renameSync(this.temporary, this.file)
    else renameToFree(this.temporary, this.file)
    syncFolder(dirname(this.file))
  }

  discard(): void {
    if (this.descriptor !== null) closeSync(this.descriptor)
    this.descriptor = null
    rmSync(this.temporary, { force: true })
  }
}

/** A rename that never takes another file's place. */
function renameToFree(from: string, to: string): void {
  try {
    linkSync(from, to)
    rmSync(from)
  } catch (error) {
    if (codeOf(error) === 'EEXIST' || existsSync(to)) {
      throw new RequestError(`${to} is there already: something else made it meanwhile`)
    }
    // No hard links on this file system.
    renameSync(from, to)
  }
}

/** So that a power failure does not take the name back. Windows has no such thing. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } catch (error) {
    // Some network file systems refuse it.
    if (!['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM'].includes(codeOf(error))) throw error
  } finally {
    closeSync(descriptor)
  }
}

/** Standard output. Throws EPIPE where nobody reads any more. */
export class StandardOutput implements Sink {
  bytes = 0

  write(bytes: Uint8Array): void {
    writeWhole(1, bytes)
    this.bytes += bytes.length
  }
}

const pause = new Int32Array(new SharedArrayBuffer(4))

/** Waits where a pipe is full, which is what slows an export to its reader's pace. */
function writeWhole(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at)
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error
      Atomics.wait(pause, 0, 0, 5)
    }
  }
}
