/**
 * The pages of a database file as a reader of SQLite would see them, read without SQLite: the file's own, and over them those of the
 * WAL's finished transactions. Nothing is written, and a damaged file is never opened by SQLite, which might believe it.
 * Format: https://www.sqlite.org/fileformat2.html
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { sizeOf } from '../../files.ts'

const headerBytes = 100
/** SQLite's own default, and what Crossbook writes. */
const usualPageSize = 4_096
const magic = 'SQLite format 3\0'
/** The page that holds this byte is never used (locks). */
const pendingByte = 0x40000000
const walHeaderBytes = 32
const walFrameHeaderBytes = 24
const walMagic = 0x377f0682

/** What the first page says of the file; null where it cannot be. */
export interface FileHeader {
  readonly pageSize: number
  /** Bytes of a page that hold content. */
  readonly usable: number
  readonly schemaVersion: number | null
  readonly applicationId: number
  /** Pointer-map pages say of every page whose child it is. */
  readonly hasPointerMap: boolean
}

export class PageFile {
  readonly header: FileHeader
  readonly pageCount: number
  private readonly descriptor: number
  private readonly fromWal: ReadonlyMap<number, Buffer>

  /** Throws the system's error where the file cannot be read at all. */
  constructor(file: string) {
    this.descriptor = openSync(file, 'r')
    const wal = readWal(`${file}-wal`)
    this.fromWal = wal.pages
    const first = wal.pages.get(1) ?? this.bytes(0, headerBytes)
    this.header = headerOf(first, wal.pageSize)
    const { size } = fstatSync(this.descriptor)
    this.pageCount = Math.max(Math.floor(size / this.header.pageSize), wal.pageCount)
  }

  /** Pages count from 1; null beyond the end, or where the disk refuses it. */
  read(page: number): Buffer | null {
    if (page < 1 || page > this.pageCount) return null
    const { pageSize } = this.header
    const newer = this.fromWal.get(page)
    if (newer) return newer
    const bytes = this.bytes((page - 1) * pageSize, pageSize)
    return bytes.length === pageSize ? bytes : null
  }

  /** Of an auto-vacuum file, whose child a page is; null where nothing is known. */
  parentOf(page: number): { readonly kind: number; readonly parent: number } | null {
    if (!this.header.hasPointerMap) return null
    const { usable, pageSize } = this.header
    const perMap = Math.floor(usable / 5)
    const pending = Math.floor(pendingByte / pageSize) + 1
    let map = Math.floor((page - 2) / (perMap + 1)) * (perMap + 1) + 2
    if (map === pending) map++
    const at = 5 * (page - map - 1)
    if (page <= map || at + 5 > usable) return null
    const bytes = this.read(map)
    return bytes && { kind: bytes[at] ?? 0, parent: bytes.readUInt32BE(at + 1) }
  }

  close(): void {
    closeSync(this.descriptor)
  }

  private bytes(at: number, length: number): Buffer {
    const buffer = Buffer.alloc(length)
    try {
      return buffer.subarray(0, readSync(this.descriptor, buffer, 0, length, at))
    } catch {
      // A sector that the disk cannot read: the page counts as lost.
      return buffer.subarray(0, 0)
    }
  }
}

/** A header that cannot be believed is taken to be what Crossbook writes. */
function headerOf(bytes: Buffer, walPageSize: number | null): FileHeader {
  const usual = { pageSize: walPageSize ?? usualPageSize, usable: walPageSize ?? usualPageSize }
  if (bytes.length < headerBytes) {
    return { ...usual, schemaVersion: null, applicationId: 0, hasPointerMap: true }
  }
  const said = bytes.readUInt16BE(16) === 1 ? 65_536 : bytes.readUInt16BE(16)
  const isSound = bytes.toString('latin1', 0, magic.length) === magic && isPageSize(said) && bytes[20] === 0
  const size = isSound ? { pageSize: said, usable: said } : usual
  return {
    ...size,
    schemaVersion: bytes.readUInt32BE(60),
    applicationId: bytes.readUInt32BE(68),
    hasPointerMap: bytes.readUInt32BE(52) !== 0 || bytes.readUInt32BE(64) !== 0,
  }
}

const isPageSize = (bytes: number): boolean => bytes >= 512 && bytes <= 65_536 && (bytes & (bytes - 1)) === 0

/** The newest version of each page in transactions that were finished; checksums are checked, and what follows a wrong one is left out. */
function readWal(file: string): { pages: Map<number, Buffer>; pageCount: number; pageSize: number | null } {
  const pages = new Map<number, Buffer>()
  const nothing = { pages, pageCount: 0, pageSize: null }
  if (sizeOf(file) < walHeaderBytes) return nothing
  const wal = readFileSync(file)
  const isBigEndian = wal.readUInt32BE(0) === walMagic + 1
  const pageSize = wal.readUInt32BE(8)
  if ((!isBigEndian && wal.readUInt32BE(0) !== walMagic) || !isPageSize(pageSize)) return nothing
  const word = (at: number) => (isBigEndian ? wal.readUInt32BE(at) : wal.readUInt32LE(at))
  let [one, two] = [0, 0]
  const sum = (from: number, to: number) => {
    for (let at = from; at < to; at += 8) {
      one = (one + word(at) + two) >>> 0
      two = (two + word(at + 4) + one) >>> 0
    }
  }
  sum(0, 24)
  if (one !== wal.readUInt32BE(24) || two !== wal.readUInt32BE(28)) return nothing
  let pageCount = 0
  let unfinished = new Map<number, Buffer>()
  for (let at = walHeaderBytes; at + walFrameHeaderBytes + pageSize <= wal.length; ) {
    const content = at + walFrameHeaderBytes
    const isOurs = wal.compare(wal, 16, 24, at + 8, at + 16) === 0
    sum(at, at + 8)
    sum(content, content + pageSize)
    if (!isOurs || one !== wal.readUInt32BE(at + 16) || two !== wal.readUInt32BE(at + 20)) break
    unfinished.set(wal.readUInt32BE(at), wal.subarray(content, content + pageSize))
    const pagesAfter = wal.readUInt32BE(at + 4)
    if (pagesAfter !== 0) {
      for (const [page, bytes] of unfinished) pages.set(page, bytes)
      unfinished = new Map()
      pageCount = pagesAfter
    }
    at = content + pageSize
  }
  return { pages, pageCount, pageSize }
}
